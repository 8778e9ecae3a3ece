/** OBS's virtual camera on nodes that are somebody's: refused by name before OBS can do harm. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { letsTwoWrite } from "../../src/camera/mod.ts";
import { DeviceFault } from "../../src/errors/mod.ts";
import type { Obs } from "../../src/obs/director/line.ts";
import { OwnDeeds } from "../../src/obs/director/own_deeds.ts";
import { type CameraNode, VirtualCamera } from "../../src/obs/director/virtual_camera.ts";
import { MonotonicClock } from "../../src/time/mod.ts";

const OURS: CameraNode = {
  ...{ path: "/dev/video10", card: "Lipcam", isLoopback: true, isBusy: true, isOursToSpoil: true },
  holders: [{ pid: 7, name: "deno" }],
};
const FREE: CameraNode = {
  path: "/dev/video11",
  card: "OBS Virtual Camera",
  isLoopback: true,
  isBusy: false,
  holders: [],
};

/** An OBS that starts whatever it is asked to, and remembers what that was. */
function obedient(): { obs: Obs; asked: string[]; camera: (nodes: readonly CameraNode[]) => VirtualCamera } {
  const asked: string[] = [];
  let started: VirtualCamera | undefined;
  const obs = {
    ask: (request: string) => {
      asked.push(request);
      started!.hear(
        { type: "VirtualcamStateChanged", data: { outputActive: true, outputState: "STARTED" } },
        false,
      );
      return Promise.resolve({ isDone: true, data: {} });
    },
    batch: () => Promise.resolve([]),
  } as unknown as Obs;
  const camera = (nodes: readonly CameraNode[]) =>
    started = new VirtualCamera({ own: new OwnDeeds(new MonotonicClock()), nodes: () => nodes, os: "linux" });
  return { obs, asked, camera };
}

Deno.test("VirtualCamera does not let OBS write into this programme's own node", async () => {
  const { obs, asked, camera } = obedient();
  const webcam: CameraNode = { ...FREE, path: "/dev/video0", card: "Webcam", isLoopback: false };
  const start = () => camera([webcam, OURS, FREE]).set(obs, "start");
  const error = await assertRejects(
    start,
    DeviceFault,
    "OBS would take /dev/video10 (Lipcam), which this Lipcam writes to",
  );
  assert(error.message.includes("lower number"));
  assertEquals(asked, []);
});

Deno.test("VirtualCamera starts where OBS's node has the lower number, or where the driver refuses a second writer", async () => {
  for (
    const nodes of [[{ ...FREE, path: "/dev/video9" }, OURS], [{ ...OURS, isOursToSpoil: false }, FREE], []]
  ) {
    const { obs, asked, camera } = obedient();
    await camera(nodes).set(obs, "start");
    assertEquals(asked, ["StartVirtualCam"]);
  }
});

Deno.test("letsTwoWrite: drivers before 0.13", async () => {
  const sysRoot = await Deno.makeTempDir({ prefix: "lipcam-sys-" });
  try {
    assertEquals(letsTwoWrite({ sysRoot }), false);
    await Deno.mkdir(`${sysRoot}/module/v4l2loopback`, { recursive: true });
    for (
      const [version, is] of [["0.12.7", true], ["0.13.2", false], ["0.15.0", false], ["1.0", false]] as const
    ) {
      await Deno.writeTextFile(`${sysRoot}/module/v4l2loopback/version`, `${version}\n`);
      assertEquals(letsTwoWrite({ sysRoot }), is, version);
    }
  } finally {
    await Deno.remove(sysRoot, { recursive: true });
  }
});

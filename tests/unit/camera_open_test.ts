/** Opening and writing a node, against the fake loopback node of tests/fakes/v4l2 (Linux with a C compiler). */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import {
  cameraFault,
  CameraWriter,
  chooseCamera,
  i420ToYuyv,
  listCameras,
  openCamera,
} from "../../src/camera/mod.ts";
import { DeviceFault } from "../../src/errors/mod.ts";
import { buildFakeV4l2, FakeNode, type Fault, frameHash } from "../fakes/v4l2/mod.ts";

const size = { width: 64, height: 48 };
const I420 = { size, fps: 25, format: "I420" } as const;
const YUYV = { size, fps: 25, format: "YUYV" } as const;
const library = await buildFakeV4l2();

function fakeNode(...faults: Fault[]): FakeNode {
  const node = new FakeNode(library, { faults, dump: true });
  for (const [name, value] of Object.entries(node.env())) Deno.env.set(name, value);
  return node;
}

/** A frame whose every byte depends on its place and number; in shared memory as the stage's are. */
function frame(number: number): Uint8Array<SharedArrayBuffer> {
  const bytes = new Uint8Array(new SharedArrayBuffer(64 * 48 * 3 / 2));
  for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 7 + number * 13 + (at >> 5)) & 255;
  return bytes;
}

/** The plain definition of packed 4:2:2 with doubled chroma lines, pixel by pixel. */
function yuyvOf(i420: Uint8Array): Uint8Array<ArrayBuffer> {
  const { width, height } = size;
  const packed = new Uint8Array(width * height * 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const chroma = Math.floor(y / 2) * (width / 2) + Math.floor(x / 2);
      const plane = width * height + (x % 2 === 0 ? 0 : width * height / 4);
      packed[(y * width + x) * 2] = i420[y * width + x]!;
      packed[(y * width + x) * 2 + 1] = i420[plane + chroma]!;
    }
  }
  return packed;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("CameraWriter writes I420 frames in order, byte for byte, in their true size", () => {
  using node = fakeNode();
  using camera = openCamera(node.path, I420);
  const writer = new CameraWriter(camera.fd, I420);
  const frames = [0, 1, 2, 3].map(frame);
  for (const each of frames) assertEquals(writer.write(each), 0);
  assertEquals(camera.frameBytes, 64 * 48 * 3 / 2);
  assertEquals(node.frames(), concatenated(frames) as Uint8Array<ArrayBuffer>);
  assertEquals(node.writes().map(({ hash }) => hash), frames.map(frameHash));
});

Deno.test("CameraWriter packs YUYV byte for byte", () => {
  using node = fakeNode();
  using camera = openCamera(node.path, YUYV);
  const writer = new CameraWriter(camera.fd, YUYV);
  for (const number of [5, 6]) assertEquals(writer.write(frame(number)), 0);
  assertEquals(node.frames(), concatenated([5, 6].map((n) => yuyvOf(frame(n)))) as Uint8Array<ArrayBuffer>);
  assertStringIncludes(node.log().join("\n"), "s_fmt YUYV 64x48");
});

Deno.test("i420ToYuyv agrees with the definition of packed 4:2:2", () => {
  const packed = new Uint32Array(64 * 48 / 2);
  i420ToYuyv(frame(9), size, packed);
  assertEquals(new Uint8Array(packed.buffer), yuyvOf(frame(9)));
});

Deno.test("CameraWriter refuses a frame of another length before writing anything", () => {
  using node = fakeNode();
  using camera = openCamera(node.path, I420);
  const writer = new CameraWriter(camera.fd, I420);
  assertThrows(() => writer.write(new Uint8Array(100)), RangeError, "100 bytes, wanted 4608");
  assertEquals(node.writes(), []);
});

Deno.test("CameraWriter answers the errno of a failed write, EIO for half a frame", () => {
  using node = fakeNode("eagain@1", "short@3", "enodev@4");
  using camera = openCamera(node.path, I420);
  const writer = new CameraWriter(camera.fd, I420);
  assertEquals([0, 1, 2, 3, 4].map((number) => writer.write(frame(number))), [0, 11, 0, 5, 19]);
});

Deno.test("openCamera streams before the first frame, stops and closes once", () => {
  using node = fakeNode();
  const camera = openCamera(node.path, I420);
  camera.close();
  camera.close();
  assertEquals(node.log(), ["open", "s_fmt YU12 64x48", "s_parm 25", "streamon 0", "streamoff", "close"]);
});

Deno.test("openCamera goes on with plain writes where STREAMON answers EINVAL", () => {
  using node = fakeNode("streamon_einval");
  using camera = openCamera(node.path, I420);
  assertEquals(new CameraWriter(camera.fd, I420).write(frame(0)), 0);
});

Deno.test("openCamera names who holds a busy node", async () => {
  for (const fault of ["s_fmt_ebusy", "streamon_ebusy", "no_output"] as const) {
    using node = fakeNode(fault);
    const holder = new Deno.Command("tail", { args: ["-f", node.path], stdout: "null" }).spawn();
    try {
      // The child has the node open when /proc says so.
      while (!isOpenIn(holder.pid, node.path));
      const error = assertThrows(() => openCamera(node.path, I420), DeviceFault);
      assertEquals([error.code, error.exitCode], ["camera_busy", 3]);
      assertStringIncludes(error.message, `held by tail (pid ${holder.pid})`);
    } finally {
      holder.kill();
      await holder.status;
    }
    assertEquals(node.log().at(-1), "close");
  }
});

function isOpenIn(pid: number, path: string): boolean {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)]
      .some(({ name }) => Deno.readLinkSync(`/proc/${pid}/fd/${name}`) === path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("openCamera and chooseCamera refuse what is no loopback device by its name and driver", () => {
  using node = fakeNode("driver=uvcvideo", "card=Front Camera");
  for (const open of [() => openCamera(node.path, I420), () => chooseCamera(node.path)]) {
    const error = assertThrows(open, DeviceFault, `it is "Front Camera" (driver uvcvideo)`);
    assertEquals(error.code, "camera_not_loopback");
  }
});

Deno.test("openCamera refuses a node that keeps to another format", () => {
  using node = fakeNode("sticky=YUYV:320x240");
  const error = assertThrows(
    () => openCamera(node.path, I420),
    DeviceFault,
    "YUYV 320x240, wanted YU12 64x48",
  );
  assertEquals(error.code, "camera_format");
});

Deno.test("openCamera puts a node right that is neither input nor output", () => {
  using node = fakeNode("neither");
  openCamera(node.path, I420).close();
  assertEquals(node.log().slice(0, 4), ["open", "streamon 0", "close", "open"]);
});

Deno.test("openCamera says how to make a node that is not there", () => {
  using node = fakeNode();
  node.unplug();
  const error = assertThrows(() => openCamera(node.path, I420), DeviceFault, "sudo modprobe v4l2loopback");
  assertEquals(error.code, "camera_missing");
});

Deno.test("openCamera refuses a file and a folder", () => {
  using node = fakeNode();
  Deno.writeTextFileSync(`${node.folder}/letter`, "dear reader");
  for (const path of [`${node.folder}/letter`, node.folder]) {
    const error = assertThrows(() => openCamera(path, I420), DeviceFault, "not a video device");
    assertEquals(error.code, "camera_not_loopback");
  }
  assertEquals(Deno.readTextFileSync(`${node.folder}/letter`), "dear reader");
});

Deno.test("cameraFault says video group where permission is missing", () => {
  const error = cameraFault("/dev/video10", 13, () => []);
  assertEquals([error.code, error.exitCode], ["camera_denied", 3]);
  assertMatch(error.message, /usermod -aG video/);
});

Deno.test("cameraFault asks who holds the node only where somebody does", () => {
  let asked = 0;
  const holders = () => {
    asked++;
    return [{ pid: 4711, name: "zoom" }];
  };
  for (const errno of [2, 5, 6, 13, 19, 25]) cameraFault("/dev/video10", errno, holders);
  assertEquals(asked, 0);
  assertStringIncludes(cameraFault("/dev/video10", 16, holders).message, "held by zoom (pid 4711)");
  assertEquals(asked, 1);
});

/** A sysfs with the fake node in it, under the label given. */
function sysfsOf(node: FakeNode, label: string): { sysRoot: string; devRoot: string } {
  const sysRoot = `${node.folder}/sys`;
  Deno.mkdirSync(`${sysRoot}/class/video4linux/video10`, { recursive: true });
  Deno.mkdirSync(`${sysRoot}/class/video4linux/v4l-subdev0`);
  Deno.writeTextFileSync(`${sysRoot}/class/video4linux/video10/name`, `${label}\n`);
  return { sysRoot, devRoot: node.folder };
}

Deno.test("chooseCamera auto takes a loopback node, but not one labelled like OBS", () => {
  using node = fakeNode("card=Some Loopback");
  const places = sysfsOf(node, "Some Loopback");
  assertEquals(listCameras(places).map(({ path, card, isLoopback }) => [path, card, isLoopback]), [
    [node.path, "Some Loopback", true],
  ]);
  assertEquals(chooseCamera("auto", places).path, node.path);
  node.setFaults("card=OBS Virtual Camera");
  const error = assertThrows(() => chooseCamera("auto", places), DeviceFault, "only ");
  assertStringIncludes(error.message, "OBS Virtual Camera");
  assertEquals(error.code, "camera_missing");
});

Deno.test("chooseCamera auto passes a real camera by and says what is there", () => {
  using node = fakeNode("driver=uvcvideo", "card=Front Camera");
  const error = assertThrows(() => chooseCamera("auto", sysfsOf(node, "Front Camera")), DeviceFault);
  assertStringIncludes(error.message, `${node.path} (Front Camera)`);
  assertStringIncludes(error.message, "`deno task doctor` says how to install it");
  assertEquals(error.code, "camera_missing");
});

Deno.test("listCameras tells a writer from a reader by what the driver shows", async () => {
  using node = fakeNode();
  const places = sysfsOf(node, "Lipcam");
  const parameters = `${places.sysRoot}/module/v4l2loopback/parameters`;
  Deno.mkdirSync(parameters, { recursive: true });
  Deno.writeTextFileSync(`${parameters}/video_nr`, "9,10,-1\n");
  const isBusy = (exclusive: string, state: string, format: string) => {
    Deno.writeTextFileSync(`${parameters}/exclusive_caps`, exclusive);
    Deno.writeTextFileSync(`${places.sysRoot}/class/video4linux/video10/state`, state);
    Deno.writeTextFileSync(`${places.sysRoot}/class/video4linux/video10/format`, format);
    return listCameras(places)[0]?.isBusy;
  };
  assertEquals(isBusy("N,N,N", "capture\n", "YU12:64x48@25\n"), false); // nobody has it open
  const holder = new Deno.Command("tail", { args: ["-f", node.path], stdout: "null" }).spawn();
  try {
    while (!isOpenIn(holder.pid, node.path));
    assertEquals(isBusy("N,N,N", "capture\n", "YU12:64x48@25\n"), true);
    assertEquals(isBusy("N,N,N", "output\n", ""), false);
    assertEquals(isBusy("N,Y,N", "capture\n", "YU12:64x48@25\n"), false); // it would show no output side
    assertEquals(isBusy("N,N,N", "", "YU12:64x48@25\n"), true); // drivers without `state`
    assertEquals(isBusy("N,N,N", "", ""), false);
    node.setFaults("no_output");
    assertEquals(isBusy("N,Y,N", "capture\n", "YU12:64x48@25\n"), true);
  } finally {
    holder.kill();
    await holder.status;
  }
});

Deno.test("listCameras is empty without video4linux", () => {
  assertEquals(listCameras({ sysRoot: "/nonexistent" }), []);
  assert(Array.isArray(listCameras()));
});

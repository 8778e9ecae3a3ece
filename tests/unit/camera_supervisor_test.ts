/** The camera between main side and stage: losses, returns and closing, against the fake loopback node. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { CameraLink, CameraOutput, CameraSupervisor } from "../../src/camera/mod.ts";
import { Fault } from "../../src/errors/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { buildFakeV4l2, FakeNode } from "../fakes/v4l2/mod.ts";

const size = { width: 64, height: 48 };
const shape = { size, format: "I420" } as const;
const frame = new Uint8Array(new SharedArrayBuffer(64 * 48 * 3 / 2));
const library = await buildFakeV4l2();

function fakeNode(): FakeNode {
  const node = new FakeNode(library);
  for (const [name, value] of Object.entries(node.env())) Deno.env.set(name, value);
  return node;
}

function supervise(node: FakeNode): CameraSupervisor {
  return new CameraSupervisor({ wanted: node.path, fps: 25, retryMs: 5, ...shape });
}

/** Waits until `is`, at most five seconds. */
async function until(is: () => boolean): Promise<void> {
  for (let waits = 0; !is(); waits++) {
    assert(waits < 2500, "it did not come about within five seconds");
    await delay(2);
  }
}

Deno.test("CameraSupervisor opens at once and counts what the stage shows", async () => {
  using node = fakeNode();
  await using camera = supervise(node);
  using output = new CameraOutput(new CameraLink(shape, camera.link.buffer));
  for (let count = 0; count < 5; count++) assert(output.show(frame));
  assertEquals(camera.state(), {
    path: node.path,
    card: "Lipcam",
    format: "I420",
    state: "open",
    written: 5,
    dropped: 0,
    lostCount: 0,
    problem: "",
  });
});

Deno.test("CameraSupervisor reopens a node that was unplugged, frames in between are dropped", async () => {
  using node = fakeNode();
  await using camera = supervise(node);
  using output = new CameraOutput(camera.link);
  assert(output.show(frame));
  node.unplug();
  assert(!output.show(frame));
  await until(() => camera.state().problem !== "");
  assertStringIncludes(camera.state().problem, "no such node");
  assertEquals([camera.state().state, camera.link.errno], ["lost", 19]);
  assert(!output.show(frame));
  node.replug();
  await until(() => camera.state().state === "open");
  assert(output.show(frame));
  const { written, dropped, lostCount, problem } = camera.state();
  assertEquals({ written, dropped, lostCount, problem }, {
    written: 2,
    dropped: 2,
    lostCount: 1,
    problem: "",
  });
  assertEquals(node.writes().length, 2); // no burst of what was missed
});

Deno.test("CameraSupervisor closes a lost node before it opens it again", async () => {
  using node = fakeNode();
  await using camera = supervise(node);
  using output = new CameraOutput(camera.link);
  node.setFaults("eio@0");
  assert(!output.show(frame));
  node.setFaults();
  await until(() => camera.state().state === "open");
  const calls = node.log().filter((line) => line === "open" || line === "close");
  assertEquals(calls.slice(2), ["open", "close", "open"]); // the first pair is chooseCamera's look
});

Deno.test("CameraOutput drops the one frame that would have waited and keeps the node", async () => {
  using node = fakeNode();
  node.setFaults("eagain@1");
  await using camera = supervise(node);
  using output = new CameraOutput(camera.link);
  assertEquals([0, 1, 2].map(() => output.show(frame)), [true, false, true]);
  assertEquals([camera.state().state, camera.state().dropped], ["open", 1]);
});

Deno.test("CameraSupervisor closes only when the stage has let go", async () => {
  using node = fakeNode();
  const camera = supervise(node);
  using output = new CameraOutput(camera.link);
  output.show(frame);
  const closing = camera[Symbol.asyncDispose]();
  await delay(20);
  assertEquals(node.log().at(-1)?.startsWith("write"), true);
  assert(!output.show(frame)); // acknowledges, writes nothing
  await closing;
  assertEquals([node.log().at(-1), node.writes().length, camera.state().state], ["close", 1, "closed"]);
});

Deno.test("CameraSupervisor leaves the fd open when the stage does not let go, and says so", async () => {
  using node = fakeNode();
  const camera = new CameraSupervisor({ wanted: node.path, fps: 25, closeMsMax: 20, ...shape });
  const error = await assertRejects(() => camera[Symbol.asyncDispose](), Fault, "still held it after 20 ms");
  assertEquals(error.code, "camera_held");
  assert(node.log().at(-1) !== "close");
});

Deno.test("CameraSupervisor closes without asking a stage that has ended", async () => {
  using node = fakeNode();
  const camera = supervise(node);
  camera.stageEnded();
  await camera[Symbol.asyncDispose]();
  assertEquals(node.log().at(-1), "close");
});

Deno.test("CameraSupervisor closes while the node is lost", async () => {
  using node = fakeNode();
  const camera = new CameraSupervisor({ wanted: node.path, fps: 25, retryMs: 60_000, ...shape });
  using output = new CameraOutput(camera.link);
  node.unplug();
  output.show(frame);
  await until(() => camera.state().lostCount === 1);
  await camera[Symbol.asyncDispose](); // does not wait a minute
  assertEquals(camera.state().state, "closed");
});

Deno.test("CameraSupervisor keeps an unexpected error as its problem and goes on retrying", async () => {
  using node = fakeNode();
  let isBroken = false;
  const sysRoot = `${node.folder}/sys`;
  Deno.mkdirSync(`${sysRoot}/class/video4linux/video10`, { recursive: true });
  Deno.writeTextFileSync(`${sysRoot}/class/video4linux/video10/name`, "Lipcam\n");
  const places = {
    devRoot: node.folder,
    get sysRoot() {
      if (isBroken) throw new TypeError("nobody\nthought of this");
      return sysRoot;
    },
  };
  await using camera = new CameraSupervisor({ wanted: "auto", fps: 25, retryMs: 5, places, ...shape });
  using output = new CameraOutput(camera.link);
  assert(output.show(frame));
  isBroken = true;
  node.unplug();
  assert(!output.show(frame));
  await until(() => camera.state().problem === "nobody thought of this");
  assertEquals(camera.state().state, "lost");
  node.replug();
  isBroken = false;
  await until(() => camera.state().state === "open");
  assert(output.show(frame));
  assertEquals([camera.state().problem, camera.state().lostCount], ["", 1]);
});

Deno.test("CameraLink never lets main close what the stage may still write to", () => {
  const step = fc.constantFrom("offer", "recall", "close", "see", "write", "fail");
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const link = new CameraLink(shape);
    let isOpen = false;
    let fd = 0;
    let isUsing = false; // the stage has read "open" and is between that and its write
    for (const name of steps) {
      if (name === "offer" && link.state === "idle" && !isOpen) {
        isOpen = true;
        link.offer(++fd);
      } else if (name === "recall") link.recall();
      else if (name === "close" && (link.state === "lost" || link.state === "closed")) {
        assert(!isUsing, "closed under a write");
        isOpen = false;
        link.settle();
      } else if (name === "see" && !isUsing) {
        if (link.state === "open") isUsing = true;
        else if (link.state === "closing") link.acknowledge();
      } else if ((name === "write" || name === "fail") && isUsing) {
        assert(isOpen && link.fd === fd, "wrote to a descriptor that was closed");
        isUsing = false;
        if (name === "fail") link.lose(5);
      }
    }
  }));
});

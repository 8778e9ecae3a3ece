import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { CapacityFault } from "../../src/errors/mod.ts";
import { MjpegPreview, VIEWERS_MAX } from "../../src/preview/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { delay, withDeadline } from "../../src/time/mod.ts";

const SHAPE = { width: 64, height: 48, slots: 8, samplesPerFrame: 1920 };

/** A programme that publishes one colour (Y, U, V) every few milliseconds. */
function programme(colour: readonly [number, number, number] = [126, 128, 128]) {
  const ring = new UnitRing(SHAPE);
  const running = new AbortController();
  const lumaBytes = SHAPE.width * SHAPE.height;
  const done = (async () => {
    while (!running.signal.aborted) {
      const { frame } = ring.begin();
      frame.fill(colour[0], 0, lumaBytes);
      frame.fill(colour[1], lumaBytes, lumaBytes * 5 / 4);
      frame.fill(colour[2], lumaBytes * 5 / 4);
      ring.publish();
      await delay(5);
    }
  })();
  return {
    units: { shape: SHAPE, buffer: ring.buffer },
    async [Symbol.asyncDispose]() {
      running.abort();
      await done;
    },
  };
}

/** Reads one part: its JPEG. */
async function readPicture(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  const { value } = await withDeadline(reader.read(), 10_000, "reading a picture");
  assert(value !== undefined);
  const text = new TextDecoder("latin1").decode(value);
  const bodyAt = text.indexOf("\r\n\r\n") + 4;
  const length = Number(/Content-Length: (\d+)/.exec(text)?.[1]);
  assert(text.startsWith("Content-Type: image/jpeg\r\n"));
  assert(text.endsWith("\r\n--lipcam-picture\r\n"));
  return value.subarray(bodyAt, bodyAt + length);
}

async function open(preview: MjpegPreview, signal?: AbortSignal) {
  const reader = preview.subscribe(signal).getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "--lipcam-picture\r\n");
  return reader;
}

Deno.test("MjpegPreview shows limited-range colours as full-range ones", async () => {
  // BT.601 limited range: white, black and a pure red
  for (
    const [yuv, rgb] of [
      [[235, 128, 128], [255, 255, 255]],
      [[16, 128, 128], [0, 0, 0]],
      [[81, 90, 240], [254, 0, 0]],
    ] as const
  ) {
    await using source = programme(yuv);
    await using preview = new MjpegPreview(source);
    const reader = await open(preview);
    const image = await loadImage(Buffer.from(await readPicture(reader)));
    const context = createCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const pixel = context.getImageData(20, 20, 1, 1).data;
    assertEquals([image.width, image.height], [SHAPE.width, SHAPE.height]);
    for (let channel = 0; channel < 3; channel++) assertAlmostEquals(pixel[channel]!, rgb[channel]!, 4);
  }
});

Deno.test("MjpegPreview encodes nothing while nobody reads", async () => {
  await using source = programme();
  await using preview = new MjpegPreview(source);
  await delay(50);
  assertEquals(preview.pictures, 0);
  const reader = await open(preview);
  await readPicture(reader);
  await readPicture(reader);
  await delay(100); // about 20 units go by
  assertLess(preview.pictures, 5);
  await reader.cancel();
  assertEquals(preview.clients, 0);
});

Deno.test("MjpegPreview: a stalled viewer costs the others nothing and later gets the newest picture", async () => {
  await using source = programme();
  await using preview = new MjpegPreview(source);
  const stalled = await open(preview);
  const busy = await open(preview);
  for (let at = 0; at < 20; at++) await readPicture(busy);
  assertGreater(preview.pictures, 19);
  await readPicture(stalled); // one picture was kept for it, no more
  assertEquals(preview.clients, 2);
});

Deno.test("MjpegPreview refuses the ninth viewer and forgets one that left", async () => {
  await using source = programme();
  await using preview = new MjpegPreview(source);
  const leaving = new AbortController();
  const first = await open(preview, leaving.signal);
  for (let at = 1; at < VIEWERS_MAX; at++) preview.subscribe();
  assertThrows(() => preview.subscribe(), CapacityFault, "8 viewers");
  leaving.abort();
  assertEquals((await first.read()).done, true);
  assertEquals(preview.clients, VIEWERS_MAX - 1);
  preview.subscribe();
});

Deno.test("MjpegPreview ends every stream when it is closed", async () => {
  await using source = programme();
  const preview = new MjpegPreview(source);
  const reader = await open(preview);
  await readPicture(reader);
  await preview[Symbol.asyncDispose]();
  for (;;) {
    const { done } = await withDeadline(reader.read(), 1000, "the end of the stream");
    if (done) break;
  }
  assertThrows(() => preview.subscribe(), Error, "closed");
});

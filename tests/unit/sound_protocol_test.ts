/** Frames between the sound worker and its child, and the queue of blocks on the child's side. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  Block,
  BLOCK_SAMPLES,
  BlockFrame,
  decodeBlock,
  decodeNumbers,
  encodeFrame,
  encodeNumbers,
  encodeText,
  FRAME,
  FrameReader,
  PAYLOAD_BYTES_MAX,
} from "../../src/sound/child_protocol.ts";
import { BlockQueue, QUEUE_BLOCKS_MAX } from "../../src/sound/block_queue.ts";

const about = (epoch = 0, mediaSample = 0, isProtected = false) => ({ mediaSample, epoch, isProtected });
const level = (value: number) => new Float32Array(BLOCK_SAMPLES).fill(value);
const take = (queue: BlockQueue) => {
  const out = new Float32Array(BLOCK_SAMPLES).fill(NaN);
  return { out, taken: { ...queue.take(out) } };
};

Deno.test("FrameReader finds every frame among printed text, however the bytes are cut", () => {
  const piece = fc.oneof(
    fc.record({ text: fc.string({ maxLength: 40 }) }),
    fc.record({ kind: fc.integer({ min: 1, max: 20 }), payload: fc.uint8Array({ maxLength: 60 }) }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.integer({ min: 1, max: 50 }), (pieces, cut) => {
      const bytes: number[] = [];
      const wanted: unknown[] = [];
      for (const one of pieces) {
        if ("text" in one) bytes.push(...new TextEncoder().encode(one.text));
        else {
          bytes.push(...encodeFrame(one.kind, one.payload));
          wanted.push([one.kind, [...one.payload]]);
        }
      }
      const found: unknown[] = [];
      const reader = new FrameReader((kind, payload) => found.push([kind, [...payload]]));
      for (let at = 0; at < bytes.length; at += cut) reader.push(Uint8Array.from(bytes.slice(at, at + cut)));
      assertEquals(found, wanted);
    }),
  );
});

Deno.test("FrameReader skips a false magic number and a length beyond the limit", () => {
  const found: number[] = [];
  const reader = new FrameReader((kind) => found.push(kind));
  const tooLong = encodeFrame(1, new Uint8Array(0));
  new DataView(tooLong.buffer).setUint16(6, 65535, true);
  reader.push(Uint8Array.from([0xff, 0xff, 0xf5, ...tooLong, ...encodeFrame(7, new Uint8Array(2))]));
  assertEquals(found, [7]);
});

Deno.test("encodeFrame refuses what would not fit into one write; encodeText cuts it", () => {
  assertThrows(() => encodeFrame(1, new Uint8Array(PAYLOAD_BYTES_MAX + 1)), RangeError, "wanted at most");
  assertEquals(encodeText(FRAME.fault, "x".repeat(10_000)).length, 4096);
});

Deno.test("BlockFrame.encode and encodeNumbers come back whole; a short block is refused", () => {
  const samples = Float32Array.from({ length: BLOCK_SAMPLES }, (_, index) => index / BLOCK_SAMPLES);
  const block = new Block();
  const frame = new BlockFrame();
  frame.encode(about(), level(1));
  assert(decodeBlock(frame.encode(about(7, 2 ** 40 + 1, true), samples).subarray(8), block));
  assertEquals(block.about, about(7, 2 ** 40 + 1, true));
  assertEquals(block.samples, samples);
  assert(!decodeBlock(new Uint8Array(10), block));
  assertEquals([...decodeNumbers(encodeNumbers(FRAME.taken, 1, -1, 0.5).subarray(8))], [1, -1, 0.5]);
});

Deno.test("BlockQueue.push refuses more than its capacity", () => {
  const queue = new BlockQueue();
  for (let block = 0; block < QUEUE_BLOCKS_MAX; block++) assert(queue.push(about(), level(0)));
  assert(!queue.push(about(), level(0)));
});

Deno.test("BlockQueue.take answers blocks in order, also where its slots come round", () => {
  const queue = new BlockQueue();
  const block = level(0);
  const ahead = QUEUE_BLOCKS_MAX - 1;
  for (let pushed = 0; pushed < 3 * QUEUE_BLOCKS_MAX; pushed++) {
    queue.push(about(0, pushed), block.fill(pushed)); // the caller may write over it afterwards
    if (pushed < ahead) continue;
    const { out, taken } = take(queue);
    assertEquals([taken.mediaSample, out[BLOCK_SAMPLES - 1]], [pushed - ahead, pushed - ahead]);
  }
});

Deno.test("BlockQueue.take makes silence up where nothing came, faded, and counts the episode once", () => {
  const queue = new BlockQueue();
  queue.push(about(), level(0.5));
  take(queue);
  const { out, taken } = take(queue);
  assert(out[0]! > 0.49 && out[239] === 0 && out[479] === 0);
  assertEquals([taken.isQueued, taken.starvations], [false, 1]);
  assertEquals(take(queue).taken.starvations, 1);
});

Deno.test("BlockQueue.flush fades the first stale block in 5 ms and silences the rest, in their time", () => {
  const queue = new BlockQueue();
  for (let block = 0; block < 3; block++) queue.push(about(0, block * BLOCK_SAMPLES), level(0.5));
  take(queue);
  queue.flush(1);
  const { out, taken } = take(queue);
  assertEquals(taken.fadedFromSample, BLOCK_SAMPLES);
  assertAlmostEquals(out[120]!, 0.25, 0.01);
  assertEquals(out.subarray(240), new Float32Array(240));
  assertEquals(take(queue).out, new Float32Array(BLOCK_SAMPLES));
});

Deno.test("BlockQueue.flush lets the last value die away where nothing stale is left to fade", () => {
  const queue = new BlockQueue();
  queue.push(about(0), level(0.5));
  take(queue);
  queue.flush(1);
  queue.push(about(1), level(0));
  const { out } = take(queue);
  assert(out[0]! > 0.49 && out[239] === 0);
});

Deno.test("BlockQueue.flush leaves protected blocks whole", () => {
  const queue = new BlockQueue();
  queue.push(about(0, 0, true), level(0.5));
  queue.push(about(0, BLOCK_SAMPLES, true), level(0.5));
  take(queue);
  queue.flush(1);
  assertEquals(take(queue).out, level(0.5));
});

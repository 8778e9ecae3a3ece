/** The live Matroska stream, taken apart by a reader of its own: RFC 8794 and 9559, no library. */
import { assert, assertEquals } from "@std/assert";
import { MatroskaFormat } from "../../src/obs/feed/matroska_format.ts";
import { UnitRing } from "../../src/unit/mod.ts";

interface Element {
  readonly id: number;
  /** Undefined: to the end. */
  readonly length: number | undefined;
  readonly body: Uint8Array;
}

/** A number of EBML's changing length; with its marker bit where it is an id. */
function readNumber(bytes: Uint8Array, at: number, keepsMarker: boolean): { value: number; length: number } {
  const length = Math.clz32(bytes[at]!) - 23;
  assert(length >= 1 && length <= 8, `no EBML number at ${at}`);
  let value = keepsMarker ? bytes[at]! : bytes[at]! & (0xff >> length);
  let isUnknown = value === 0xff >> length;
  for (let nth = 1; nth < length; nth++) {
    value = value * 256 + bytes[at + nth]!;
    isUnknown &&= bytes[at + nth] === 0xff;
  }
  return { value: isUnknown && !keepsMarker ? NaN : value, length };
}

function elementsOf(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const id = readNumber(bytes, at, true);
    const size = readNumber(bytes, at + id.length, false);
    const from = at + id.length + size.length;
    const length = Number.isNaN(size.value) ? undefined : size.value;
    const to = length === undefined ? bytes.length : from + length;
    assert(to <= bytes.length, `element ${id.value.toString(16)} is longer than what holds it`);
    found.push({ id: id.value, length, body: bytes.subarray(from, to) });
    at = to;
  }
  return found;
}

const only = (elements: readonly Element[], id: number): Uint8Array => {
  const those = elements.filter((element) => element.id === id);
  assertEquals(those.length, 1, `elements ${id.toString(16)}`);
  return those[0]!.body;
};
const whole = (bytes: Uint8Array) => bytes.reduce((value, byte) => value * 256 + byte, 0);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const numbersOf = (body: Uint8Array, ...ids: readonly number[]) => {
  const elements = elementsOf(body);
  return ids.map((id) => whole(only(elements, id)));
};

/** A SimpleBlock: track, time from the cluster's, flags, data. */
function block(body: Uint8Array) {
  const track = readNumber(body, 0, false);
  const view = new DataView(body.buffer, body.byteOffset + track.length);
  return {
    track: track.value,
    time: view.getInt16(0),
    flags: view.getUint8(2),
    data: body.subarray(track.length + 3),
  };
}

function cluster(bytes: Uint8Array) {
  const [found, ...more] = elementsOf(bytes);
  assertEquals([found!.id, more.length], [0x1f43b675, 0]);
  const [time, ...blocks] = elementsOf(found!.body);
  assertEquals(time!.id, 0xe7);
  assert(blocks.every(({ id }) => id === 0xa3), "SimpleBlocks");
  return { time: whole(time!.body), blocks: blocks.map(({ body }) => block(body)) };
}

const samplesOf = (data: Uint8Array) => {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Array.from({ length: data.length / 2 }, (_, index) => view.getInt16(index * 2, true));
};

const SHAPE = { width: 64, height: 96, slots: 4, samplesPerFrame: 1920 };
const PICTURE_BYTES = 64 * 96 * 3 / 2;

function unitAt(mediaSample: number, picture: number, samples: readonly number[], hasAlpha = false) {
  const ring = new UnitRing({ ...SHAPE, hasAlpha });
  const slot = ring.begin();
  slot.mediaSample = mediaSample;
  slot.frame.fill(picture);
  slot.alpha?.fill(77);
  slot.samples.set(samples);
  ring.publish();
  return slot;
}

Deno.test("Matroska: begins with a live stream's head and two tracks", () => {
  const [ebml, segment, ...more] = elementsOf(new MatroskaFormat(SHAPE).greeting);
  assertEquals([ebml!.id, segment!.id, more.length], [0x1a45dfa3, 0x18538067, 0]);
  assertEquals(segment!.length, undefined, "a live stream has no length");
  const head = elementsOf(ebml!.body);
  assertEquals(text(only(head, 0x4282)), "matroska");
  // EBML 1, read version 1, ids of up to 4 bytes, sizes of up to 8, SimpleBlock needs version 2.
  assertEquals(numbersOf(ebml!.body, 0x4286, 0x42f7, 0x42f2, 0x42f3, 0x4287, 0x4285), [1, 1, 4, 8, 4, 2]);

  const parts = elementsOf(segment!.body);
  assertEquals(parts.map(({ id }) => id), [0x1549a966, 0x1654ae6b]);
  assertEquals(numbersOf(parts[0]!.body, 0x2ad7b1), [100_000], "a tick is 0.1 ms");

  const tracks = elementsOf(parts[1]!.body);
  assertEquals(tracks.map(({ id }) => id), [0xae, 0xae]);
  const [video, sound] = tracks.map(({ body }) => body);
  assertEquals(numbersOf(video!, 0xd7, 0x83, 0x9c, 0x23e383), [1, 1, 0, 40_000_000]);
  assertEquals(text(only(elementsOf(video!), 0x86)), "V_UNCOMPRESSED");
  const picture = only(elementsOf(video!), 0xe0);
  assertEquals(numbersOf(picture, 0xb0, 0xba), [64, 96]);
  assertEquals(text(only(elementsOf(picture), 0x2eb524)), "I420");
  // Matrix 6 (BT.601), limited range.
  assertEquals(numbersOf(only(elementsOf(picture), 0x55b0), 0x55b1, 0x55b9), [6, 1]);

  assertEquals(numbersOf(sound!, 0xd7, 0x83, 0x9c), [2, 2, 0]);
  assertEquals(text(only(elementsOf(sound!), 0x86)), "A_PCM/INT/LIT");
  const audio = only(elementsOf(sound!), 0xe1);
  assertEquals(numbersOf(audio, 0x9f, 0x6264), [1, 16]);
  const rate = only(elementsOf(audio), 0xb5);
  assertEquals(new DataView(rate.buffer, rate.byteOffset).getFloat64(0), 48_000);
});

Deno.test("Matroska: a cluster a unit, its sound before its picture, times from the first unit in 0.1 ms", () => {
  const format = new MatroskaFormat(SHAPE);
  const first = 48_000 * 3600;
  const ticks: number[] = [];
  for (let unit = 0; unit < 4; unit++) {
    const { time, blocks } = cluster(format.pack(unitAt(first + unit * 1920, 10 + unit, []), true));
    ticks.push(time);
    assertEquals(blocks.map(({ track }) => track), [2, 1]);
    assertEquals(blocks.map(({ time, flags }) => [time, flags]), [[0, 0x80], [0, 0x80]]);
    assertEquals(blocks.map(({ data }) => data.length), [1920 * 2, PICTURE_BYTES]);
    assert(blocks[1]!.data.every((value) => value === 10 + unit));
  }
  assertEquals(ticks, [0, 400, 800, 1200]);
  const later = first + 48_000 * 3600 * 24 * 30;
  assertEquals(
    cluster(format.pack(unitAt(later, 0, []), true)).time,
    10_000 * 3600 * 24 * 30,
    "beyond 32 bits",
  );
  // 30 frames a second, and one sample: rounded to the nearest tick.
  const other = new MatroskaFormat({ ...SHAPE, samplesPerFrame: 1920 });
  const at = (sample: number) => cluster(other.pack(unitAt(sample, 0, []), true)).time;
  assertEquals([at(0), at(1), at(3), at(1600)], [0, 0, 1, 333]);
});

Deno.test("Matroska: samples are 16-bit, and what is beyond full scale is cut", () => {
  const format = new MatroskaFormat(SHAPE);
  const samples = [0, 1, -1, 0.5, -0.5, 2, -2, 1 / 32767, -1 / 32767];
  const [sound] = cluster(format.pack(unitAt(0, 0, samples), true)).blocks;
  const found = samplesOf(sound!.data);
  assertEquals(found.slice(0, 9).map(Math.abs), [0, 32767, 32767, 16384, 16383, 32767, 32768, 1, 1]);
  assertEquals(found.slice(0, 9).map(Math.sign), [0, 1, -1, 1, -1, 1, -1, 1, -1]);
  assert(found.slice(9).every((sample) => sample === 0));
});

Deno.test("Matroska: a unit whose picture is skipped is a cluster of sound with its own time", () => {
  const format = new MatroskaFormat(SHAPE);
  format.pack(unitAt(0, 1, [0.1]), true);
  const { time, blocks } = cluster(format.pack(unitAt(1920, 2, [0.25]), false));
  assertEquals([time, blocks.length, blocks[0]!.track, blocks[0]!.data.length], [400, 1, 2, 1920 * 2]);
  assertEquals(samplesOf(blocks[0]!.data)[0], 8192);
  const next = cluster(format.pack(unitAt(3840, 3, [0.5]), true));
  assertEquals([next.time, next.blocks.length], [800, 2]);
  assert(next.blocks[1]!.data.every((value) => value === 3));
});

Deno.test("Matroska: alpha stays out; there is no farewell", () => {
  const format = new MatroskaFormat({ ...SHAPE, hasAlpha: true });
  const { blocks } = cluster(format.pack(unitAt(0, 5, [], true), true));
  assertEquals(blocks[1]!.data.length, PICTURE_BYTES);
  assert(blocks[1]!.data.every((value) => value === 5));
  assertEquals(format.farewell().length, 0);
});

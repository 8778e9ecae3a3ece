/** Messages of the plugin's protocol (obs/PROTOCOL.md) as bytes, right ones and ones that lie. Pure. */
import { MonotonicClock } from "../../src/time/mod.ts";

export const [HELLO, VIDEO, AUDIO, BYE] = [1, 2, 3, 4];
export const [PLUGIN_HELLO, VISIBILITY, HOTKEY] = [16, 17, 18];
export const HEADER_BYTES = 32;
export const MAGIC = 0x4350494c;
const clock = new MonotonicClock();

/** One colour as planes hold it. */
export interface Plain {
  readonly width: number;
  readonly height: number;
  readonly y: number;
  readonly u: number;
  readonly v: number;
  /** With it the picture has an alpha plane. */
  readonly alpha?: number;
  /** 1: BT.709 limited. Default 0, BT.601 limited. */
  readonly colour?: number;
}

/** CLOCK_MONOTONIC in nanoseconds, as OBS's own clock. */
export function monotonicNs(): bigint {
  return BigInt(Math.round(clock.nowMs() * 1e6)); // Deno's process.hrtime has another beginning
}

/** A message with its header; `version` and `payloadBytes` may lie. */
export function messageBytes(
  type: number,
  payload: Uint8Array,
  about: { sequence?: number; timestampNs?: bigint; version?: number; payloadBytes?: number } = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, about.version ?? 1, true);
  view.setUint16(6, type, true);
  view.setUint32(8, about.payloadBytes ?? payload.length, true);
  view.setUint32(12, about.sequence ?? 0, true);
  view.setBigUint64(16, about.timestampNs ?? 0n, true);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

export function videoPayload({ width, height, y, u, v, alpha, colour = 0 }: Plain): Uint8Array {
  const pixels = width * height;
  const bytes = new Uint8Array(16 + pixels * (alpha === undefined ? 1.5 : 2.5));
  const view = new DataView(bytes.buffer);
  [width, height, alpha === undefined ? 0 : 1, colour].forEach((value, index) =>
    view.setUint32(index * 4, value, true)
  );
  bytes.fill(y, 16, 16 + pixels).fill(u, 16 + pixels, 16 + pixels * 1.25);
  bytes.fill(v, 16 + pixels * 1.25, 16 + pixels * 1.5);
  if (alpha !== undefined) bytes.fill(alpha, 16 + pixels * 1.5);
  return bytes;
}

export function audioPayload(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(16 + samples.length * 4);
  const view = new DataView(bytes.buffer);
  [48_000, 1, samples.length, 0].forEach((value, index) => view.setUint32(index * 4, value, true));
  samples.forEach((sample, index) => view.setFloat32(16 + index * 4, sample, true));
  return bytes;
}

/**
 * The messages between Lipcam and its source plugin, version 1, as obs/PROTOCOL.md has them: a header of 32 bytes and a
 * payload, little-endian.
 *
 * In: numbers. Out: bytes written into memory that is there already, and checked headers of what came in. Pure
 * computation, any thread.
 */
import { Fault } from "../../errors/mod.ts";

export const WIRE_VERSION = 1;
export const HEADER_BYTES = 32;
/** Before the planes of a picture. */
export const VIDEO_HEAD_BYTES = 16;
/** Before the samples of a block of sound. */
export const AUDIO_HEAD_BYTES = 16;

/** To the plugin. */
export const TO_PLUGIN = { hello: 1, video: 2, audio: 3, bye: 4 } as const;
/** From the plugin. */
export const FROM_PLUGIN = { hello: 16, visibility: 17, hotkey: 18 } as const;

/** What a plugin's hotkey asks for, by its number on the wire. */
export const HOTKEYS: ReadonlyMap<number, Hotkey> = new Map([[1, "panic"], [2, "hold"], [3, "interrupt"]]);
export type Hotkey = "panic" | "hold" | "interrupt";

/** "LIPC". */
const MAGIC = 0x4350_494c;
/** A plugin says little; who says more is none. */
const INBOUND_BYTES_MAX = 4096;
const WORD = 2 ** 32;

export interface InboundHeader {
  readonly type: number;
  readonly payloadBytes: number;
}

/** Writes the constant part of a header at `offset`: sequence and time are {@linkcode stampHeader}'s. */
export function writeHeader(view: DataView, offset: number, type: number, payloadBytes: number): void {
  view.setUint32(offset, MAGIC, true);
  view.setUint16(offset + 4, WIRE_VERSION, true);
  view.setUint16(offset + 6, type, true);
  view.setUint32(offset + 8, payloadBytes, true);
  stampHeader(view, offset, 0, 0);
  view.setUint32(offset + 24, 0, true);
  view.setUint32(offset + 28, 0, true);
}

/** `monotonicMs` is sent in whole nanoseconds of CLOCK_MONOTONIC; it fits 53 bits for a hundred days. */
export function stampHeader(view: DataView, offset: number, sequence: number, monotonicMs: number): void {
  const ns = Math.round(monotonicMs * 1e6);
  view.setUint32(offset + 12, sequence % WORD, true);
  view.setUint32(offset + 16, ns % WORD, true);
  view.setUint32(offset + 20, Math.floor(ns / WORD), true);
}

/**
 * Checks the header of a message from the plugin. Throws Fault `obs_version` for another version, `obs_not_ours` for what
 * is no message of ours or longer than a plugin's can be.
 */
export function readHeader(view: DataView): InboundHeader {
  const magic = view.getUint32(0, true);
  if (magic !== MAGIC) {
    throw notOurs(`began with 0x${magic.toString(16).padStart(8, "0")}, wanted "LIPC"`);
  }
  const version = view.getUint16(4, true);
  if (version !== WIRE_VERSION) {
    throw new Fault(
      `OBS's source Lipcam speaks version ${version} of the protocol, wanted ${WIRE_VERSION}; deno task obs:install puts the one that fits there`,
      { code: "obs_version" },
    );
  }
  const payloadBytes = view.getUint32(8, true);
  if (payloadBytes > INBOUND_BYTES_MAX) {
    throw notOurs(`announced ${payloadBytes} bytes, wanted at most ${INBOUND_BYTES_MAX}`);
  }
  return { type: view.getUint16(6, true), payloadBytes };
}

/** Of a message that is short and sent once. */
export function message(type: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  writeHeader(new DataView(bytes.buffer), 0, type, payload.length);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** `what` the other side did, as the end of a sentence. */
export function notOurs(what: string): Fault {
  return new Fault(`who connected to the OBS socket is not OBS's source Lipcam: it ${what}`, {
    code: "obs_not_ours",
  });
}

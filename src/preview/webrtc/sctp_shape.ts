/**
 * Whether an SCTP packet (RFC 9260) has the lengths that it claims. The library walks by them: a chunk or parameter of
 * length 0 would keep it walking until the memory is full, and a gap of 65 535 is counted one by one.
 */
import type { Buffer } from "node:buffer";

const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 4;
const PARAMETER_HEADER_BYTES = 4;
/** Bytes of a chunk before what it carries. */
const DATA_BYTES = 16;
const SACK_BYTES = 16;
/** Packets that a viewer may say it got behind one that it lacks, in all. */
const GAP_PACKETS_MAX = 4096;
const DATA = 0;
const SACK = 3;
/** Type -> where its parameters begin. INIT, INIT ACK, HEARTBEAT, its answer, ABORT, ERROR, RE-CONFIG. */
const PARAMETERS_AT = new Map([[1, 20], [2, 20], [4, 4], [5, 4], [6, 4], [9, 4], [130, 4]]);

export function isSoundSctp(packet: Buffer): boolean {
  for (let at = HEADER_BYTES; at < packet.length;) {
    if (at + CHUNK_HEADER_BYTES > packet.length) return false;
    const length = packet.readUInt16BE(at + 2);
    if (length < CHUNK_HEADER_BYTES || at + length > packet.length) return false;
    if (!isSoundChunk(packet.subarray(at, at + length))) return false;
    at += padded(length);
  }
  return packet.length >= HEADER_BYTES + CHUNK_HEADER_BYTES;
}

function isSoundChunk(chunk: Buffer): boolean {
  const type = chunk[0]!;
  if (type === DATA) return chunk.length > DATA_BYTES;
  if (type === SACK) return isSoundSack(chunk);
  const from = PARAMETERS_AT.get(type);
  return from === undefined || hasSoundParameters(chunk, from);
}

function isSoundSack(chunk: Buffer): boolean {
  if (chunk.length < SACK_BYTES) return false;
  const gaps = chunk.readUInt16BE(12);
  const duplicates = chunk.readUInt16BE(14);
  if (chunk.length < SACK_BYTES + (gaps + duplicates) * 4) return false;
  let packets = 0;
  for (let gap = 0; gap < gaps; gap++) {
    const first = chunk.readUInt16BE(SACK_BYTES + gap * 4);
    const last = chunk.readUInt16BE(SACK_BYTES + gap * 4 + 2);
    if (last < first) return false;
    packets += last - first + 1;
  }
  return packets <= GAP_PACKETS_MAX;
}

function hasSoundParameters(chunk: Buffer, from: number): boolean {
  if (chunk.length < from) return false;
  for (let at = from; at + PARAMETER_HEADER_BYTES <= chunk.length;) {
    const length = chunk.readUInt16BE(at + 2);
    if (length < PARAMETER_HEADER_BYTES || at + length > chunk.length) return false;
    at += padded(length);
  }
  return true;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

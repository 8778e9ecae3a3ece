/**
 * Takes a compound RTCP packet (RFC 3550, section 6.1) apart by its lengths and keeps what this preview reads, each once:
 * reports, NACKs, key frame and rate requests. The library reads each part to the end of the datagram, and makes an
 * object of every packet that a transport-wide feedback only counts.
 */
import type { Buffer } from "node:buffer";

const HEADER_BYTES = 4;
const PARTS_MAX = 16;
const TRANSPORT_FEEDBACK = 205;
const TRANSPORT_WIDE = 15;
/** Sender report, receiver report, transport feedback, payload feedback. */
const READ = new Set([200, 201, TRANSPORT_FEEDBACK, 206]);
/** Of a transport-wide feedback, which comes at least ten times a second. */
const PACKETS_TOLD_MAX = 2048;
const PACKETS_TOLD_AT = 14;

export function rtcpParts(datagram: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let hasTransportWide = false;
  for (let at = 0; at + HEADER_BYTES <= datagram.length && parts.length < PARTS_MAX;) {
    const end = at + HEADER_BYTES + datagram.readUInt16BE(at + 2) * 4;
    if (end > datagram.length) break;
    const part = datagram.subarray(at, end);
    at = end;
    if (!READ.has(part[1]!)) continue;
    if (part[1] === TRANSPORT_FEEDBACK && (part[0]! & 31) === TRANSPORT_WIDE) {
      if (hasTransportWide || part.length < PACKETS_TOLD_AT + 6) continue;
      if (part.readUInt16BE(PACKETS_TOLD_AT) > PACKETS_TOLD_MAX) continue;
      hasTransportWide = true;
    }
    parts.push(part);
  }
  return parts;
}

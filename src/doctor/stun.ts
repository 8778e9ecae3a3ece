/**
 * Asks a STUN server which address it sees us at: the shortest question of RFC 5389, section 6. One datagram, sent again
 * twice; no answer within ANSWER_MS_MAX is none.
 */
import { createSocket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { Buffer } from "node:buffer";
import { delay } from "../time/mod.ts";

const ANSWER_MS_MAX = 2000;
const AGAIN_MS = 500;
const BINDING_REQUEST = 0x0001;
const BINDING_ANSWER = 0x0101;
const COOKIE = 0x2112_a442;
const HEADER_BYTES = 20;
const XOR_MAPPED_ADDRESS = 0x0020;
const IPV4 = 1;

/** "192.0.2.1", or undefined where nothing answers. Never rejects. */
export async function askStun(host: string, port: number): Promise<string | undefined> {
  const socket = createSocket("udp4");
  const answered = Promise.withResolvers<string | undefined>();
  const done = new AbortController();
  const question = bindingRequest();
  socket.on("error", () => answered.resolve(undefined)); // no such host, no way there
  socket.on("message", (data) => {
    const address = addressIn(data, question);
    if (address !== undefined) answered.resolve(address);
  });
  const ask = async () => {
    for (let waitedMs = 0; waitedMs < ANSWER_MS_MAX; waitedMs += AGAIN_MS) {
      socket.send(question, port, host);
      await delay(AGAIN_MS, done.signal);
    }
    answered.resolve(undefined);
  };
  ask().catch(() => {}); // answered meanwhile
  try {
    return await answered.promise;
  } finally {
    done.abort();
    socket.close();
  }
}

function bindingRequest(): Buffer {
  const question = Buffer.alloc(HEADER_BYTES);
  question.writeUInt16BE(BINDING_REQUEST, 0);
  question.writeUInt32BE(COOKIE, 4);
  randomBytes(12).copy(question, 8);
  return question;
}

function addressIn(data: Buffer, question: Buffer): string | undefined {
  if (data.length < HEADER_BYTES || data.readUInt16BE(0) !== BINDING_ANSWER) return undefined;
  if (!data.subarray(4, HEADER_BYTES).equals(question.subarray(4, HEADER_BYTES))) return undefined;
  for (let at = HEADER_BYTES; at + 4 <= data.length;) {
    const type = data.readUInt16BE(at);
    const length = data.readUInt16BE(at + 2);
    if (type === XOR_MAPPED_ADDRESS && length >= 8 && at + 12 <= data.length && data[at + 5] === IPV4) {
      const address = (data.readUInt32BE(at + 8) ^ COOKIE) >>> 0;
      return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
    }
    at += 4 + length + (4 - length % 4) % 4;
  }
  return undefined;
}

/**
 * The viewer's side of the DTLS handshake, heard once. A browser sends its flight (ServerHello to ServerHelloDone) again
 * after 50 ms, which a busy machine does not always answer in; the library would then make new keys, of which the viewer
 * never learns, and nothing that is sent could be deciphered. Our answer is sent again by the library's own clock.
 *
 * In: datagrams, both ways. Out: what is to be heard of them. RFC 6347, section 4.2.
 */
import { Buffer } from "node:buffer";

const RECORD_HEADER_BYTES = 13;
const MESSAGE_HEADER_BYTES = 12;
const HANDSHAKE = 22;
const SERVER_HELLO_DONE = 14;
const CLIENT_KEY_EXCHANGE = 16;
/** ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone. */
const FLIGHT = new Set([2, 11, 12, 13, SERVER_HELLO_DONE]);

export class ServerFlight {
  #isAnswered = false;
  #isDone = false;

  /** A datagram of ours. */
  sent(data: Buffer): void {
    if (this.#isAnswered) return;
    for (const record of recordsOf(data)) {
      if (messagesOf(record).some((message) => message[0] === CLIENT_KEY_EXCHANGE)) this.#isAnswered = true;
    }
  }

  /** What is to be heard of a datagram of theirs: mostly the whole; undefined for nothing. */
  heard(data: Buffer): Buffer | undefined {
    if (data[0] !== HANDSHAKE) return data;
    const records = recordsOf(data);
    const kept = records.map((record) => this.#keptOf(record));
    if (kept.every((record, at) => record === records[at])) return data;
    const left = kept.filter((record) => record !== undefined);
    return left.length === 0 ? undefined : Buffer.concat(left);
  }

  #keptOf(record: Buffer): Buffer | undefined {
    const messages = messagesOf(record);
    const kept = messages.filter((message) => !this.#isRepeated(message));
    if (kept.length === messages.length) return record;
    if (kept.length === 0) return undefined;
    const head = Buffer.from(record.subarray(0, RECORD_HEADER_BYTES));
    const body = Buffer.concat(kept);
    head.writeUInt16BE(body.length, RECORD_HEADER_BYTES - 2);
    return Buffer.concat([head, body]);
  }

  /** Once the flight is answered all of it is; its end is heard once, as it is what is answered. */
  #isRepeated(message: Buffer): boolean {
    const type = message[0]!;
    if (!FLIGHT.has(type)) return false;
    if (this.#isAnswered) return true;
    const isAgain = type === SERVER_HELLO_DONE && this.#isDone;
    if (type === SERVER_HELLO_DONE) this.#isDone = true;
    return isAgain;
  }
}

/** Of a datagram; what does not end in it is its last. */
function recordsOf(data: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    const bytes = at + RECORD_HEADER_BYTES > data.length ? data.length - at : data.readUInt16BE(at + 11);
    const end = Math.min(data.length, at + RECORD_HEADER_BYTES + bytes);
    records.push(data.subarray(at, end));
    at = end;
  }
  return records;
}

/** Of a record of handshake in plain text; none of any other. */
function messagesOf(record: Buffer): Buffer[] {
  if (record.length < RECORD_HEADER_BYTES || record[0] !== HANDSHAKE || record.readUInt16BE(3) !== 0) {
    return [];
  }
  const messages: Buffer[] = [];
  for (let at = RECORD_HEADER_BYTES; at + MESSAGE_HEADER_BYTES <= record.length;) {
    const end = Math.min(record.length, at + MESSAGE_HEADER_BYTES + record.readUIntBE(at + 9, 3));
    messages.push(record.subarray(at, end));
    at = end;
  }
  return messages;
}

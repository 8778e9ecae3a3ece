/**
 * Stands between the network and the WebRTC library, which answers strangers and believes lengths: what it lets through
 * comes from whoever was told the answer's password, and has the shape that it claims.
 *
 * In: datagrams of anybody who can reach the port. Out: those of the viewer. Preview isolate. Rules: STUN requests are
 * signed; DTLS and media come from an address that sent one; once the viewer has the keys nothing comes in plain text
 * any more; nothing is longer than DATAGRAM_BYTES_MAX. What is refused is dropped in silence.
 */
import type { Buffer } from "node:buffer";
import type { RTCDtlsTransport } from "werift";
import { ServerFlight } from "./dtls_flight.ts";
import { type Address, ADDRESSES_MAX, beforeOpened, type IceAgent, isSigned, nameOf } from "./ice_agent.ts";
import { isSoundSctp } from "./sctp_shape.ts";

const DATAGRAM_BYTES_MAX = 2048;
const DTLS_HEADER_BYTES = 13;

export class DatagramGate {
  refused = 0;
  readonly #known = new Set<string>();
  #isSealed = false;

  /** Before addresses are gathered. */
  guardIce(agent: IceAgent): void {
    this.#guardHandshake(agent);
    beforeOpened(agent, (protocol) => {
      const receive = protocol.datagramReceived.bind(protocol);
      protocol.datagramReceived = (data, from) => {
        if (this.admits(data, from, agent.localPassword)) receive(data, from);
        else this.refused++;
      };
    });
  }

  #guardHandshake(agent: IceAgent): void {
    const flight = new ServerFlight();
    const [send, hear] = [agent.send.bind(agent), agent.onData.execute.bind(agent.onData)];
    agent.send = (data) => {
      flight.sent(data);
      return send(data);
    };
    agent.onData.execute = (data) => {
      const heard = flight.heard(data);
      if (heard !== undefined) hear(heard);
    };
  }

  /** What comes over data channels, after it was decrypted. */
  guardData(transport: RTCDtlsTransport): void {
    const receive = transport.dataReceiver;
    transport.dataReceiver = (data) => {
      if (isSoundSctp(data)) receive(data);
      else this.refused++;
    };
  }

  /** The viewer has the keys: whatever is in plain text is not its own. */
  seal(): void {
    this.#isSealed = true;
  }

  /** By its first byte: RFC 7983, section 7. */
  admits(data: Buffer, from: Address, password: string): boolean {
    if (data.length < DTLS_HEADER_BYTES || data.length > DATAGRAM_BYTES_MAX) return false;
    const kind = data[0]!;
    if (kind < 4) return this.#admitsStun(data, from, password);
    if (this.#known.size > 0 && !this.#known.has(nameOf(from))) return false;
    if (kind >= 20 && kind < 64) return !this.#isSealed || isEncrypted(data);
    return kind >= 128 && kind < 192;
  }

  /** Answers belong to a question of ours, which the library checks. */
  #admitsStun(data: Buffer, from: Address, password: string): boolean {
    const isAnswer = (data[0]! & 1) !== 0;
    if (isAnswer) return true;
    const isRequest = (data[1]! & 0x10) === 0;
    if (!isRequest || !isSigned(data, password)) return false;
    const name = nameOf(from);
    if (!this.#known.has(name) && this.#known.size >= ADDRESSES_MAX) return false;
    this.#known.add(name);
    return true;
  }
}

/** Whether no record of it is of epoch 0: RFC 6347, section 4.1. */
function isEncrypted(data: Buffer): boolean {
  for (let at = 0; at < data.length;) {
    if (at + DTLS_HEADER_BYTES > data.length || data.readUInt16BE(at + 3) === 0) return false;
    at += DTLS_HEADER_BYTES + data.readUInt16BE(at + 11);
  }
  return true;
}

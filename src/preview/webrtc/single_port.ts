/**
 * One UDP port for all viewers: what comes in finds its viewer, what goes out leaves by the same socket.
 *
 * In: datagrams of anybody. Out: to the ICE agent that they are for. Preview isolate. Rules: a signed STUN request goes to
 * the viewer whose user name it bears, and from then on everything from that address does; STUN answers go to all, as
 * each agent knows its own questions; the rest is dropped. Limits: ADDRESSES_MAX addresses a viewer.
 */
import type { Buffer } from "node:buffer";
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { Fault } from "../../errors/mod.ts";
import {
  type Address,
  ADDRESSES_MAX,
  askedUser,
  beforeOpened,
  type IceAgent,
  isSigned,
  nameOf,
  type Transport,
} from "./ice_agent.ts";

type Family = Transport["socketType"];

interface Seat {
  readonly agent: IceAgent;
  /** One for every address of ours that the agent offers. */
  readonly transports: Transport[];
  readonly addresses: Set<string>;
}

export class SinglePort implements Disposable {
  readonly #sockets = new Map<Family, Socket>();
  readonly #port: number;
  readonly #seats = new Map<string, Seat>();
  readonly #byAddress = new Map<string, Seat>();

  /** A single address of ours is bound, several mean all. Rejects with Fault `udp_port_taken`. */
  static async open(port: number, addresses: readonly string[]): Promise<SinglePort> {
    const opened = new SinglePort(port);
    try {
      for (const family of new Set(addresses.map(familyOf))) {
        await opened.#bind(family, addresses.length === 1 ? addresses[0] : undefined);
      }
    } catch (error) {
      opened[Symbol.dispose]();
      throw error;
    }
    return opened;
  }

  private constructor(port: number) {
    this.#port = port;
  }

  /** From now on the agent speaks through the port. Before it gathers addresses. */
  serve(agent: IceAgent): void {
    beforeOpened(agent, (protocol) => {
      protocol.connectionMade = (isIPv4) => {
        const own = protocol.transport = this.#transport(agent, isIPv4 ? "udp4" : "udp6");
        own.onData = (data, from) => protocol.datagramReceived(data, from);
        return Promise.resolve();
      };
    });
  }

  get viewers(): number {
    return this.#seats.size;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #bind(family: Family, address: string | undefined): Promise<void> {
    const port = this.#port;
    const socket = createSocket(family);
    const bound = Promise.withResolvers<void>();
    socket.on("error", (error) =>
      // of sending too, which is nobody's but the network's
      bound.reject(
        new Fault(`UDP port ${port} cannot be had (${error.message}), wanted another --webrtc-ports`, {
          code: "udp_port_taken",
          retryable: true,
        }),
      ));
    socket.on("message", (data, { address: host, port: from }) => this.#take(family, data, [host, from]));
    socket.bind(address === undefined ? { port } : { port, address }, () => {
      this.#sockets.set(family, socket);
      bound.resolve();
    });
    return bound.promise;
  }

  #take(family: Family, data: Buffer, from: Address): void {
    const kind = data[0];
    if (kind === undefined) return;
    if (kind > 3) return deliver(this.#byAddress.get(nameOf(from)), family, data, from);
    const isAnswer = (kind & 1) !== 0;
    if (isAnswer) { for (const seat of this.#seats.values()) deliverToAll(seat, data, from); }
    else deliver(this.#asked(data, from), family, data, from);
  }

  /** Whose request it is, if it is signed: RFC 8445, section 7.3. */
  #asked(data: Buffer, from: Address): Seat | undefined {
    const seat = this.#seats.get(askedUser(data));
    if (seat === undefined || !isSigned(data, seat.agent.localPassword)) return undefined;
    const name = nameOf(from);
    const before = this.#byAddress.get(name);
    if (before === seat) return seat;
    if (seat.addresses.size >= ADDRESSES_MAX) return undefined;
    before?.addresses.delete(name); // a browser has used its port again
    seat.addresses.add(name);
    this.#byAddress.set(name, seat);
    return seat;
  }

  #transport(agent: IceAgent, socketType: Family): Transport {
    const socket = this.#sockets.get(socketType)!;
    const seat = this.#seats.get(agent.localUsername) ?? { agent, transports: [], addresses: new Set() };
    this.#seats.set(agent.localUsername, seat);
    const transport: Transport = {
      type: "udp",
      socketType,
      address: socket.address(),
      closed: false,
      onData: () => {},
      send: (data, [host, port]) => {
        if (!transport.closed) socket.send(data, port, host);
        return Promise.resolve();
      },
      close: () => {
        transport.closed = true;
        if (seat.transports.every(({ closed }) => closed)) this.#leave(seat);
        return Promise.resolve();
      },
    };
    seat.transports.push(transport);
    return transport;
  }

  #leave(seat: Seat): void {
    this.#seats.delete(seat.agent.localUsername);
    for (const name of seat.addresses) this.#byAddress.delete(name);
  }
}

/** Which of our addresses a datagram was sent to is not known: the first stands for all. */
function deliver(seat: Seat | undefined, family: Family, data: Buffer, from: Address): void {
  seat?.transports.find(({ socketType, closed }) => socketType === family && !closed)?.onData(data, from);
}

function deliverToAll({ transports }: Seat, data: Buffer, from: Address): void {
  for (const transport of transports) if (!transport.closed) transport.onData(data, from);
}

function familyOf(address: string): Family {
  return isIPv6(address) ? "udp6" : "udp4";
}

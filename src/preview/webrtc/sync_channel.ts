/**
 * The data channel `sync` of one viewer: what begins with each frame, as JSON. In: messages. Out: those that the channel gets
 * rid of. Preview isolate. Limits: CHANNEL_BYTES_MAX unsent; a viewer that opens more than CHANNELS_MAX channels, or sends
 * over them what never ends, is too much.
 */
import { Buffer } from "node:buffer";
import type { RTCDataChannel, RTCPeerConnection } from "werift";

const SYNC = "sync";
const CHANNEL_BYTES_MAX = 64 * 1024;
const CHANNELS_MAX = 16;
/** Packets out of order that the library holds for one viewer. */
const DISORDER_PACKETS_MAX = 1024;

/** Parts of the library that its types keep to themselves. */
interface SctpWindow {
  readonly advertisedRwnd: number;
  readonly sackMisOrdered: ReadonlySet<number>;
}

export class SyncChannel {
  /** Messages that were left out. */
  dropped = 0;
  readonly #connection: RTCPeerConnection;
  readonly #messageBytesMax: number;
  #channel: RTCDataChannel | undefined;
  #channels = 0;

  /** `messageBytesMax`: what the viewer takes at once. `onTooMany` says why it is too much. */
  constructor(connection: RTCPeerConnection, messageBytesMax: number, onTooMany: (reason: string) => void) {
    this.#connection = connection;
    this.#messageBytesMax = messageBytesMax;
    connection.onDataChannel.subscribe((channel) => {
      if (++this.#channels > CHANNELS_MAX) onTooMany(`more than ${CHANNELS_MAX} data channels`);
      else if (channel.label === SYNC) this.#channel = channel;
    });
  }

  /** Whether a message can be sent now; where the viewer is too slow for it, it counts as left out. */
  hasRoom(): boolean {
    if (this.#channel?.readyState !== "open") return false;
    if (this.#channel.bufferedAmount <= CHANNEL_BYTES_MAX) return true;
    this.dropped++;
    return false;
  }

  /** Unless the viewer made it. */
  open(): void {
    this.#channel ??= this.#connection.createDataChannel(SYNC, { ordered: false, maxRetransmits: 0 });
  }

  /** Once it has room. */
  send(message: string): void {
    if (Buffer.byteLength(message) > this.#messageBytesMax) this.dropped++;
    else this.#channel!.send(message);
  }

  /** The library says how much it takes and then takes more. */
  get isFlooded(): boolean {
    const { sctp } = this.#connection.sctpTransport ?? {};
    if (sctp === undefined) return false;
    const { advertisedRwnd, sackMisOrdered } = sctp as unknown as SctpWindow;
    return advertisedRwnd < 0 || sackMisOrdered.size > DISORDER_PACKETS_MAX;
  }
}

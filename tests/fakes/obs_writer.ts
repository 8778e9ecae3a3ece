/**
 * Lipcam's side of the plugin's protocol (obs/PROTOCOL.md) at its smallest: listens, writes pictures and tones, collects
 * what the plugin says. For tests of the plugin; the real writer is src/obs/feed.
 *
 *   using writer = new ObsWriter(path); const plugin = await writer.accept();
 *   await plugin.hello(); await plugin.video({ width: 64, height: 64, y: 81, u: 90, v: 240 });
 *   await plugin.heard(HOTKEY);
 */
import { until } from "../system/live_process.ts";
import {
  AUDIO,
  audioPayload,
  BYE,
  HEADER_BYTES,
  HELLO,
  MAGIC,
  messageBytes,
  monotonicNs,
  type Plain,
  VIDEO,
  videoPayload,
  VISIBILITY,
} from "./obs_messages.ts";

const HEARD_MS_MAX = 8000;

export interface Message {
  readonly type: number;
  readonly sequence: number;
  readonly timestampNs: bigint;
  readonly payload: Uint8Array;
}

/** One source that connected. */
export class PluginConnection implements Disposable {
  readonly messages: Message[] = [];
  #sequence = 0;
  #isOver = false;
  readonly #connection: Deno.UnixConn;

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
    this.#read().catch(() => {}).finally(() => this.#isOver = true); // closed by either side
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async hello(): Promise<void> {
    const hello = { programme: "test", lipcam: "0.0.1" };
    await this.send(HELLO, new TextEncoder().encode(JSON.stringify(hello)));
  }

  async video(plain: Plain, timestampNs = monotonicNs()): Promise<void> {
    await this.send(VIDEO, videoPayload(plain), timestampNs);
  }

  async audio(samples: Float32Array, timestampNs = monotonicNs()): Promise<void> {
    await this.send(AUDIO, audioPayload(samples), timestampNs);
  }

  async bye(reason: string): Promise<void> {
    await this.send(BYE, new TextEncoder().encode(reason));
  }

  async send(type: number, payload: Uint8Array, timestampNs = 0n): Promise<void> {
    await this.raw(messageBytes(type, payload, { sequence: this.#sequence++, timestampNs }));
  }

  /** Bytes as they are; fails where the plugin has gone. */
  async raw(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }

  /** The first message of this type, or of this type and test. */
  async heard(type: number, isWanted: (payload: DataView) => boolean = () => true): Promise<Message> {
    return await until(
      `message ${type} of the plugin`,
      HEARD_MS_MAX,
      () =>
        this.messages.find((message) =>
          message.type === type && isWanted(new DataView(message.payload.buffer))
        ),
    );
  }

  /** The last visibility the plugin sent: [isShowing, isActive, wantsMedia]. */
  visibility(): number[] {
    const last = this.messages.filter(({ type }) => type === VISIBILITY).at(-1);
    return last === undefined ? [] : [...new Uint32Array(last.payload.buffer)];
  }

  async #read(): Promise<void> {
    for (;;) {
      const header = new DataView((await this.#exactly(HEADER_BYTES)).buffer);
      if (header.getUint32(0, true) !== MAGIC || header.getUint16(4, true) !== 1) {
        throw new Error("the plugin sent no header of version 1");
      }
      this.messages.push({
        type: header.getUint16(6, true),
        sequence: header.getUint32(12, true),
        timestampNs: header.getBigUint64(16, true),
        payload: await this.#exactly(header.getUint32(8, true)),
      });
    }
  }

  async #exactly(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    for (let got = 0; got < count;) {
      const more = await this.#connection.read(bytes.subarray(got));
      if (more === null) throw new Error("the plugin closed the connection");
      got += more;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // closed twice
    }
  }
}

export class ObsWriter implements Disposable {
  #isOver = false;
  readonly #listener: Deno.UnixListener;
  readonly #connections: PluginConnection[] = [];
  readonly #path: string;

  constructor(path: string) {
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    this.#path = path;
    this.#listener = Deno.listen({ transport: "unix", path });
  }

  /** The next source that connects, with the hello it sent. */
  async accept(): Promise<PluginConnection> {
    const connection = new PluginConnection(await this.#listener.accept());
    this.#connections.push(connection);
    return connection;
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.close();
    for (const connection of this.#connections) connection[Symbol.dispose]();
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // another listener took its place and went
    }
  }
}

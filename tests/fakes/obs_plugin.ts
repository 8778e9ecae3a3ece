/** OBS's source Lipcam from the feed's point of view: connects, says what a plugin says, and takes messages apart. */
import { withDeadline } from "../../src/time/mod.ts";

export interface PluginMessage {
  readonly type: number;
  readonly version: number;
  readonly sequence: number;
  readonly timestampNs: bigint;
  readonly payload: Uint8Array<ArrayBuffer>;
}

const MAGIC = 0x4350_494c;
const READ_MS_MAX = 5000;

export class FakePlugin implements Disposable {
  readonly #connection: Deno.Conn;
  #sequence = 0;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async connect(path: string): Promise<FakePlugin> {
    return new FakePlugin(await Deno.connect({ transport: "unix", path }));
  }

  async send(type: number, payload: Uint8Array | string, version = 1, magic = MAGIC): Promise<void> {
    const content = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    const bytes = new Uint8Array(32 + content.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, magic, true);
    view.setUint16(4, version, true);
    view.setUint16(6, type, true);
    view.setUint32(8, content.length, true);
    view.setUint32(12, this.#sequence++, true);
    bytes.set(content, 32);
    await this.raw(bytes);
  }

  async raw(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  async visibility(isShowing: boolean, isActive: boolean, wantsMedia: boolean): Promise<void> {
    await this.send(17, new Uint8Array(new Uint32Array([+isShowing, +isActive, +wantsMedia]).buffer));
  }

  /** The next message; undefined where the feed has closed. */
  async next(): Promise<PluginMessage | undefined> {
    const header = await this.#read(32);
    if (header === undefined) return undefined;
    const view = new DataView(header.buffer);
    const payload = await this.#read(view.getUint32(8, true));
    if (payload === undefined) return undefined;
    return {
      type: view.getUint16(6, true),
      version: view.getUint16(4, true),
      sequence: view.getUint32(12, true),
      timestampNs: view.getBigUint64(16, true),
      payload,
    };
  }

  /** The next message of this type. */
  async nextOf(type: number): Promise<PluginMessage | undefined> {
    for (let found = await this.next(); found; found = await this.next()) {
      if (found.type === type) return found;
    }
    return undefined;
  }

  async #read(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const reading = this.#connection.read(bytes.subarray(at)).catch(nothingIfReset);
      const count = await withDeadline(reading, READ_MS_MAX, "reading the feed");
      if (count === null) return undefined;
      at += count;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** Closed while something of ours was unread: an end as any other. */
function nothingIfReset(error: unknown): null {
  if (error instanceof Deno.errors.ConnectionReset) return null;
  throw error;
}

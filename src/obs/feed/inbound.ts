/**
 * What a plugin says to us: its hello, whether it is seen, its hotkeys.
 *
 * In: bytes of a connection, whoever sent them. Out: checked messages, one after another; a Fault (`obs_version`,
 * `obs_not_ours`) for what is none, and for who sends more than MESSAGES_MAX of them in a second. At most one message is
 * held, of at most 4 KiB. Feed worker.
 */
import { z } from "zod";
import type { Clock } from "../../time/mod.ts";
import { FROM_PLUGIN, HEADER_BYTES, type Hotkey, HOTKEYS, notOurs, readHeader } from "./wire.ts";

/** In a second, of any type: each is work for the programme, and a source has little to say. */
const MESSAGES_MAX = 100;
const DISCARD_BYTES = 4096;

export type Inbound =
  | { readonly kind: "hello"; readonly plugin: string; readonly source: string; readonly obs: string }
  | {
    readonly kind: "visibility";
    readonly isShowing: boolean;
    readonly isActive: boolean;
    readonly wantsMedia: boolean;
  }
  | { readonly kind: "hotkey"; readonly hotkey: Hotkey };

const word = z.string().transform((text) => text.slice(0, 200).replace(/\p{Cc}/gu, " ")).catch("");
const helloSchema = z.object({ plugin: word, source: word, obs: word }).catch({
  plugin: "",
  source: "",
  obs: "",
});

/** Ends when the other side has closed. */
export async function* inboundMessages(connection: Deno.Conn, clock: Clock): AsyncGenerator<Inbound> {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  let secondMs = -Infinity;
  let count = 0;
  while (await fill(connection, header)) {
    const nowMs = clock.nowMs();
    if (nowMs - secondMs >= 1000) {
      secondMs = nowMs;
      count = 0;
    }
    if (++count > MESSAGES_MAX) throw notOurs(`sent more than ${MESSAGES_MAX} messages in a second`);
    const { type, payloadBytes } = readHeader(view);
    const payload = new Uint8Array(payloadBytes);
    if (!await fill(connection, payload)) return;
    const said = read(type, payload);
    if (said !== undefined) yield said;
  }
}

/** Reads and forgets. Ends when the other side has closed. */
export async function discard(connection: Deno.Conn): Promise<void> {
  const bytes = new Uint8Array(DISCARD_BYTES);
  while (await connection.read(bytes) !== null);
}

/** False where the connection ends before `into` is full. */
async function fill(connection: Deno.Conn, into: Uint8Array): Promise<boolean> {
  for (let at = 0; at < into.length;) {
    const count = await connection.read(into.subarray(at));
    if (count === null) return false;
    at += count;
  }
  return true;
}

/** Undefined for a type that a later plugin of the same version may add, and for one that is too short to say anything. */
function read(type: number, payload: Uint8Array): Inbound | undefined {
  const view = new DataView(payload.buffer);
  switch (type) {
    case FROM_PLUGIN.hello:
      return { kind: "hello", ...helloSchema.parse(parsed(payload)) };
    case FROM_PLUGIN.visibility:
      if (payload.length < 12) return undefined;
      return {
        kind: "visibility",
        isShowing: view.getUint32(0, true) !== 0,
        isActive: view.getUint32(4, true) !== 0,
        wantsMedia: view.getUint32(8, true) !== 0,
      };
    case FROM_PLUGIN.hotkey: {
      const hotkey = payload.length < 4 ? undefined : HOTKEYS.get(view.getUint32(0, true));
      return hotkey === undefined ? undefined : { kind: "hotkey", hotkey };
    }
  }
  return undefined;
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined; // a plugin without a name is still one
  }
}

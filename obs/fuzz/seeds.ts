/**
 * `deno run -A obs/fuzz/seeds.ts FOLDER`: writes the fuzzer's first inputs, one stream of the protocol a file: right ones
 * of every message, and one for each fault. The first byte of an input seeds the sizes of its pieces.
 */
import {
  AUDIO,
  audioPayload,
  BYE,
  HELLO,
  HOTKEY,
  messageBytes,
  VIDEO,
  videoPayload,
} from "../../tests/fakes/obs_messages.ts";

const text = (words: string) => new TextEncoder().encode(words);
const hello = messageBytes(HELLO, text('{"programme":"seed","lipcam":"0.1.0"}'));
const picture = videoPayload({ width: 64, height: 64, y: 81, u: 90, v: 240 });
const clear = videoPayload({ width: 66, height: 64, y: 81, u: 90, v: 240, alpha: 128, colour: 1 });
const sound = audioPayload(new Float32Array([0, 0.5, NaN, Infinity, -8]));

const SEEDS: Readonly<Record<string, readonly Uint8Array[]>> = {
  hello: [hello],
  every_message: [
    hello,
    messageBytes(AUDIO, sound, { sequence: 1, timestampNs: 5n }),
    messageBytes(VIDEO, picture, { sequence: 2, timestampNs: 5n }),
    messageBytes(VIDEO, clear, { sequence: 3, timestampNs: 6n }),
    messageBytes(BYE, text("the end"), { sequence: 4 }),
  ],
  unknown_types: [hello, messageBytes(999, new Uint8Array(5000)), messageBytes(HOTKEY, new Uint8Array(0))],
  no_hello: [messageBytes(AUDIO, sound)],
  other_version: [messageBytes(HELLO, text("{}"), { version: 2 })],
  other_version_short: [messageBytes(HELLO, text("{}"), { version: 2 }).subarray(0, 8)],
  no_magic: [text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  too_large: [hello, messageBytes(999, new Uint8Array(8), { payloadBytes: 0xffffffff })],
  lying_video: [hello, messageBytes(VIDEO, picture, { payloadBytes: 64 << 20 })],
  lying_audio: [hello, messageBytes(AUDIO, sound, { payloadBytes: 17 })],
  wrapping_sides: [
    hello,
    messageBytes(VIDEO, new Uint8Array(new Uint32Array([65_536, 65_538, 0, 0, 0]).buffer)),
  ],
  long_bye: [hello, messageBytes(BYE, new Uint8Array(257))],
  empty_bye: [hello, messageBytes(BYE, new Uint8Array(0))],
  hello_no_text: [messageBytes(HELLO, new Uint8Array([0xff, 0, 0xc0, 0xaf]))],
  cut_short: [hello, messageBytes(VIDEO, picture).subarray(0, 100)],
};

const [folder, ...more] = Deno.args;
if (folder === undefined || more.length > 0 || folder.startsWith("-")) {
  console.error("seeds: wanted one folder: deno run -A obs/fuzz/seeds.ts FOLDER");
  Deno.exit(folder === "--help" ? 0 : 2);
}
Deno.mkdirSync(folder, { recursive: true });
for (const [name, messages] of Object.entries(SEEDS)) {
  Deno.writeFileSync(`${folder}/${name}`, new Uint8Array([7, ...messages.flatMap((bytes) => [...bytes])]));
}

/**
 * Real offers (Chromium's, aiortc's) with bytes, lines and numbers changed, handed to the isolate of the preview while
 * somebody watches: each is answered or refused in one line and soon, and whoever watches sees no difference. Packets of
 * any bytes are taken apart without a throw. Signalling messages of any kind are answered in one line. More with
 * WEBRTC_FUZZ_RUNS (default 250; 20 000 take minutes), others with WEBRTC_FUZZ_SEED.
 */
import { assert } from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { RtcpPacketConverter } from "werift";
import { serveSignalling } from "../../src/control/signalling.ts";
import type { WebRtcControl } from "../../src/control/webrtc_control.ts";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { DatagramGate } from "../../src/preview/webrtc/gate.ts";
import { plainOffer } from "../../src/preview/webrtc/offer.ts";
import { rtcpParts } from "../../src/preview/webrtc/rtcp_shape.ts";
import { isSoundSctp } from "../../src/preview/webrtc/sctp_shape.ts";
import { WatchedUnits, WebRtcViewer } from "../fakes/webrtc_viewer.ts";

const RUNS = Number(Deno.env.get("WEBRTC_FUZZ_RUNS") ?? 250);
const SEED = Number(Deno.env.get("WEBRTC_FUZZ_SEED") ?? 61);
console.log(`webrtc fuzzing: WEBRTC_FUZZ_RUNS=${RUNS} WEBRTC_FUZZ_SEED=${SEED}`);
/** For one offer of at most 100 kB; the machine may have other things to do. */
const MS_MAX = 250;
const REFUSAL_CHARS_MAX = 300;

const read = (name: string) =>
  Deno.readTextFileSync(new URL(`../regress/webrtc_${name}.sdp`, import.meta.url));
const real = [read("chromium"), read("aiortc")];

const strange = fc.constantFrom(
  "\0",
  "\u2028",
  "\ud800",
  "é".repeat(500),
  "🙂",
  "99999999999999999999",
  "-1",
  "\r\n\r\n",
  "\t",
  "%00",
  "__proto__",
  "a=mid:__proto__",
  "a=max-message-size:1",
  "a=sctp-port:0",
  "a=setup:holdconn",
  "a=ice-lite",
  "a=simulcast:recv 1;2",
  "a=rid:1 recv",
  "a=ssrc:1 cname:x",
  "a=rtpmap:98 H264/0",
  "a=fmtp:98 apt=98",
  "a=group:BUNDLE",
  "a=group:LS 0 1",
);
const deed = fc.record({
  how: fc.constantFrom("byte", "cut", "number", "line", "double", "drop", "swap", "insert", "mid"),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  other: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  byte: fc.nat(255),
  text: strange,
});
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

function changed(sdp: string, { how, at, other, byte, text }: Deed): string {
  const place = Math.floor(at * sdp.length);
  if (how === "byte") return sdp.slice(0, place) + String.fromCharCode(byte) + sdp.slice(place + 1);
  if (how === "cut") return sdp.slice(0, Math.floor((0.5 + at / 2) * sdp.length));
  if (how === "number") {
    const numbers = [...sdp.matchAll(/\d+/g)];
    const { index, 0: old } = numbers[Math.floor(at * numbers.length)] ?? { index: 0, 0: "" };
    return sdp.slice(0, index) + String(Math.floor(other * 2 ** (byte % 40))) + sdp.slice(index + old.length);
  }
  const lines = sdp.split("\r\n");
  const [one, two] = [Math.floor(at * lines.length), Math.floor(other * lines.length)];
  if (how === "line") lines[one] = text;
  else if (how === "double") lines.splice(two, 0, lines[one]!);
  else if (how === "drop") lines.splice(one, 1);
  else if (how === "swap") [lines[one], lines[two]] = [lines[two]!, lines[one]!];
  else if (how === "mid") lines[one] = lines[one]!.slice(0, byte % (lines[one]!.length + 1)) + text;
  else lines.splice(one, 0, text);
  return lines.join("\r\n");
}

const offers = fc.tuple(fc.constantFrom(...real), fc.array(deed, { minLength: 1, maxLength: 4 }))
  .map(([sdp, deeds]) => deeds.reduce(changed, sdp));

function isAnswerable(sdp: string): boolean {
  const startedMs = performance.now();
  try {
    plainOffer(sdp);
    return true;
  } catch (error) {
    assert(error instanceof InputFault, `${error}`);
    assert(!/[\r\n]/.test(error.message) && error.message.length < REFUSAL_CHARS_MAX, error.message);
    return false;
  } finally {
    const ms = performance.now() - startedMs;
    assert(ms < MS_MAX, `took ${ms} ms`);
  }
}

Deno.test("plainOffer: real offers with something changed end in one that can be answered or in one line, soon", () => {
  let answerable = 0;
  fc.assert(fc.property(offers, (sdp) => void (answerable += isAnswerable(sdp) ? 1 : 0)), {
    numRuns: RUNS * 4,
    seed: SEED,
  });
  assert(answerable > RUNS / 4 && answerable < RUNS * 4, `${answerable} can be answered`);
});

Deno.test("plainOffer: 25 000 formats with feedback for all of them are refused soon", () => {
  const formats = Array.from({ length: 25_000 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join(" ");
  const sdp = real[0]!.replace(/^m=video .*$/m, `m=video 9 UDP/TLS/RTP/SAVPF ${formats}`)
    .replace("a=rtcp-mux\r\n", "a=rtcp-mux\r\n" + "a=rtcp-fb:* x\r\n".repeat(1700));
  assert(!isAnswerable(sdp));
});

Deno.test("WebRtcPreview: what was let through is answered or refused by the isolate, and whoever watches sees no difference", async () => {
  using watched = new WatchedUnits();
  await using good = await WebRtcViewer.connect(watched.ask);
  let answered = 0;
  const refusals = new Set<string>();
  await fc.assert(
    fc.asyncProperty(offers.filter(isAnswerable), async (sdp) => {
      const { preview, source } = watched;
      try {
        const { session, sdp: answer } = await preview.offer({ source, sdp }, AbortSignal.timeout(9000));
        answered++;
        assert(answer.startsWith("v=0\r\n"), answer.slice(0, 40));
        preview.close(session);
      } catch (error) {
        assert(error instanceof InputFault && !/[\r\n]/.test(error.message), `${error}`);
        assert(error.message.length < REFUSAL_CHARS_MAX, error.message);
        refusals.add(error.message.slice(0, 60));
      }
      while (preview.viewers > 5) await new Promise((resolve) => setTimeout(resolve, 5));
    }),
    { numRuns: Math.ceil(RUNS / 4), seed: SEED, endOnFailure: true },
  );
  const [frames, notes] = [good.frames, good.notes.length];
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert(answered > RUNS / 20, `${answered} answered, refused: ${[...refusals].join("; ")}`);
  assert(watched.preview.restarts === 0, watched.troubles.join("; "));
  assert(
    good.frames - frames > 12 && good.notes.length - notes > 12,
    `${good.frames - frames} frames in 1 s`,
  );
});

const bytes = fc.uint8Array({ maxLength: 1500, size: "max" }).map((array) => Buffer.from(array));
/** Headers that look right, so that what is behind them is reached. */
const rtcpBytes = fc.array(
  fc.tuple(
    fc.nat(31),
    fc.integer({ min: 199, max: 208 }),
    fc.nat(40),
    fc.uint8Array({ maxLength: 160, size: "max" }),
  ),
  { maxLength: 20, size: "max" },
).map((parts) =>
  Buffer.concat(
    parts.map(([count, type, length, body]) => Buffer.from([0x80 | count, type, 0, length, ...body])),
  )
);

Deno.test("DatagramGate, rtcpParts, isSoundSctp: any bytes are taken apart without a throw, soon", () => {
  fc.assert(
    fc.property(fc.oneof(bytes, rtcpBytes), fc.nat(255), (data, first) => {
      const startedMs = performance.now();
      const gate = new DatagramGate();
      if (data.length > 0) data[0] = first;
      for (let round = 0; round < 2; round++) {
        gate.admits(data, ["192.0.2.1", 1], "password");
        gate.seal();
      }
      isSoundSctp(data);
      const parts = rtcpParts(data);
      const sum = parts.reduce((all, { length }) => all + length, 0);
      assert(sum <= data.length && parts.every(({ length }) => length >= 4));
      for (const part of parts) RtcpPacketConverter.deSerialize(part);
      assert(performance.now() - startedMs < MS_MAX);
    }),
    { numRuns: RUNS * 8, seed: SEED },
  );
});

/** A socket that keeps what is said, for the server's side of the signalling. */
class Line extends EventTarget {
  readonly said: string[] = [];
  readonly bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;

  send(text: string): void {
    this.said.push(text);
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
    this.dispatchEvent(new Event("close"));
  }
}

const webrtc: WebRtcControl = {
  isOn: true,
  iceServers: [],
  offer: ({ sdp }) => {
    plainOffer(sdp);
    return Promise.resolve({ session: crypto.randomUUID(), sdp: "v=0\r\n" });
  },
  addCandidate: () => Promise.resolve(),
  close: () => Promise.reject(new Fault("there is no such session", { code: "no_such_session" })),
  beginTake: () => {},
  status: () => ({ last_frame_idx: -1, fps: 25 }),
  sessions: () => [],
};

const said = fc.oneof(
  fc.string({ maxLength: 300, unit: "binary" }),
  fc.json({ maxDepth: 6 }),
  fc.nat(60_000).map((depth) => "[".repeat(depth)),
  fc.nat(20_000).map((depth) => '{"type":'.repeat(depth)),
  fc.record({
    type: fc.oneof(fc.constantFrom("offer", "ice-candidate", "bye", "__proto__"), fc.anything()),
    sdp: fc.oneof(fc.constantFrom(...real), fc.anything()),
    avatar: fc.anything(),
    candidate: fc.oneof(
      fc.record({ candidate: fc.string(), sdpMid: fc.anything(), sdpMLineIndex: fc.anything() }),
      fc.anything(),
    ),
  }, { requiredKeys: [] }).map((value) =>
    JSON.stringify(value, (_, one) => typeof one === "bigint" ? 1 : one)
  ),
);

Deno.test("serveSignalling: any messages are answered in one line each, or the socket is closed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(said, bytes), { maxLength: 12 }), async (messages) => {
      const line = new Line();
      const ended = new AbortController();
      serveSignalling(line as unknown as WebSocket, webrtc, ended.signal);
      for (const data of messages) {
        if (line.readyState === WebSocket.OPEN) line.dispatchEvent(new MessageEvent("message", { data }));
      }
      for (let turn = 0; turn < 40; turn++) await Promise.resolve();
      for (const text of line.said) {
        const { type, detail, sdp } = JSON.parse(text);
        assert(["error", "answer"].includes(type), text);
        assert(type === "answer" ? sdp === "v=0\r\n" : /^\S.{4,}$/.test(detail), text);
        assert(detail === undefined || detail.length < REFUSAL_CHARS_MAX, text);
      }
      ended.abort();
      line.close();
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

/**
 * Offers of anybody: whatever is done to a browser's offer, it ends in one that can be answered or in one line that says why not,
 * soon; and what is let through does not bring the preview's isolate down. WEBRTC_FUZZ_RUNS (default 400) and
 * WEBRTC_FUZZ_SEED choose how much and which.
 */
import { assert } from "@std/assert";
import fc from "fast-check";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { usableCandidate } from "../../src/preview/webrtc/candidate.ts";
import { plainOffer } from "../../src/preview/webrtc/offer.ts";
import { WebRtcPreview } from "../../src/preview/mod.ts";
import { candidatesOf } from "../../src/control/trickle_fragment.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { browserOffer } from "../fakes/webrtc_offer.ts";

const RUNS = Number(Deno.env.get("WEBRTC_FUZZ_RUNS") ?? 400);
const SEED = Number(Deno.env.get("WEBRTC_FUZZ_SEED") ?? 6);
const MS_MAX = 250;

const lines = browserOffer({ candidates: ["candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host"] }).split(
  "\r\n",
);
const junk = fc.oneof(
  fc.string({ maxLength: 60, unit: "binary" }),
  fc.constantFrom(
    "",
    "a=",
    "m=",
    "m=video",
    "m=video 9",
    "a=mid:",
    "a=fmtp:98",
    "a=rtpmap:98",
    "a=group:BUNDLE 0 0 0 9",
  ),
  fc.nat(1e9).map((number) => `m=video ${number} UDP/TLS/RTP/SAVPF ${number} ${number}`),
  fc.nat(1e9).map((number) => `a=extmap:${number} urn:ietf:params:rtp-hdrext:sdes:mid`),
  fc.nat(1e9).map((number) => `a=rtcp-fb:${number} goog-remb`),
  fc.nat(300).map((number) => `a=fmtp:${number} apt=${number};packetization-mode=1;profile-level-id=42e01f`),
);

/** Lines taken out, doubled, exchanged, cut, and junk put between. */
const offers = fc.array(
  fc.record({
    how: fc.constantFrom("drop", "double", "swap", "cut", "junk", "flip"),
    at: fc.nat(lines.length - 1),
    other: fc.nat(lines.length - 1),
    junk,
  }),
  { minLength: 1, maxLength: 8 },
).map((deeds) => {
  const changed = [...lines];
  for (const { how, at, other, junk: text } of deeds) {
    const index = at % changed.length;
    if (how === "drop") changed.splice(index, 1);
    else if (how === "double") changed.splice(other % changed.length, 0, changed[index]!);
    else if (how === "swap") {
      [changed[index], changed[other % changed.length]] = [changed[other % changed.length]!, changed[index]!];
    } else if (how === "cut") changed[index] = changed[index]!.slice(0, other % (changed[index]!.length + 1));
    else if (how === "junk") changed.splice(index, 0, text);
    else changed[index] = changed[index]!.replace(/\d/g, (digit) => String((Number(digit) + other) % 10));
  }
  return changed.join("\r\n");
});

/** Undefined where it is answered. */
function refusal(sdp: string): string | undefined {
  const startedMs = performance.now();
  try {
    plainOffer(sdp);
    return undefined;
  } catch (error) {
    assert(error instanceof InputFault, `${error}`);
    assert(!/[\r\n]/.test(error.message) && error.message.length < 300, error.message);
    return error.message;
  } finally {
    assert(performance.now() - startedMs < MS_MAX, `took ${performance.now() - startedMs} ms`);
  }
}

Deno.test("plainOffer: every offer ends in an answerable one or in one line, soon", () => {
  fc.assert(fc.property(offers, (sdp) => void refusal(sdp)), { numRuns: RUNS, seed: SEED });
  fc.assert(
    fc.property(fc.string({ maxLength: 2000, unit: "binary" }), (text) => {
      assert(refusal(text) !== undefined);
      assert(refusal(`v=0\r\n${text}`) !== undefined);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

Deno.test("plainOffer: towers of everything are refused soon", () => {
  for (
    const tower of [
      "v=0\r\n" + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(10_000),
      "v=0\r\n" + "a".repeat(10_000_000),
      browserOffer().replace("98 99", "98 ".repeat(20_000)),
      browserOffer() + "a=rtpmap:98 H264/90000\r\n".repeat(1900),
      browserOffer() + "a=fmtp:98 " + "packetization-mode=1;".repeat(4000) + "\r\n",
      "v=0\n".repeat(100_000),
    ]
  ) refusal(tower);
});

Deno.test("usableCandidate, candidatesOf: any text ends in candidates or in one line", () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 700, unit: "binary" }),
    fc.tuple(fc.nat(), fc.string({ maxLength: 40 }), fc.nat(99_999)).map(([priority, address, port]) =>
      `candidate:1 1 udp ${priority} ${address} ${port} typ host`
    ),
  );
  fc.assert(
    fc.property(texts, (text) => {
      for (const read of [usableCandidate, (one: string) => candidatesOf(`a=mid:0\r\na=${one}\r\n`)]) {
        try {
          read(text);
        } catch (error) {
          assert(error instanceof Fault && !/[\r\n]/.test(error.message), `${error}`);
        }
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

Deno.test("WebRtcPreview: offers that were let through are answered or refused by the isolate, which never dies", async () => {
  const shape = { width: 320, height: 180, slots: 16, samplesPerFrame: 1920 };
  const troubles: string[] = [];
  using preview = new WebRtcPreview({
    network: { addresses: ["127.0.0.1"], ports: undefined, publicAddress: undefined, iceServers: [] },
    bits720: 1_000_000,
    peersMax: 8,
    onClosed: () => {},
    onTrouble: (line) => troubles.push(line),
  });
  const source = preview.add({ shape, buffer: new UnitRing(shape).buffer });
  const signal = AbortSignal.timeout(60_000);
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(offers.filter((sdp) => refusal(sdp) === undefined), async (sdp) => {
      try {
        const { session } = await preview.offer({ source, sdp }, signal);
        answered++;
        preview.close(session);
        while (preview.viewers > 4) await new Promise((resolve) => setTimeout(resolve, 5));
      } catch (error) {
        assert(error instanceof InputFault && !/[\r\n]/.test(error.message), `${error}`);
      }
    }),
    { numRuns: Math.ceil(RUNS / 8), seed: SEED, endOnFailure: true },
  );
  assert(answered > 0);
  assert(preview.restarts === 0, troubles.join("; "));
});

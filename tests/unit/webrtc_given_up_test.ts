/** Offers that nobody waits for any more, and viewers' own programmes: what must not be opened, and what must be over. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapacityFault, InputFault } from "../../src/errors/mod.ts";
import type { Config, Log } from "../../src/app/mod.ts";
import { WebRtcPart } from "../../src/programme/webrtc_part.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { browserOffer } from "../fakes/webrtc_offer.ts";
import { WatchedUnits, WebRtcViewer } from "../fakes/webrtc_viewer.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

Deno.test("WebRtcPreview: offers that were given up leave no viewer behind", async () => {
  using watched = new WatchedUnits();
  const { preview, source } = watched;
  await using viewer = await WebRtcViewer.connect(watched.ask);
  for (let nth = 0; nth < 12; nth++) {
    const left = new AbortController();
    const offer = preview.offer({ source, sdp: browserOffer() }, left.signal);
    left.abort(new Error("left"));
    await assertRejects(() => offer, Error, "left");
  }
  assertEquals(preview.viewers, 1);
  const before = preview.reports;
  while (preview.reports === before) await pause(50);
  await pause(1100); // all were answered or passed over by now
  assertEquals(preview.reports.map(({ state }) => state), ["connected"]);
  assert(viewer.frames > 0);
});

/** A part with viewers' programmes that take a while to end. */
function part(peersMax: number) {
  const units = new UnitRing({ width: 320, height: 240, slots: 8, samplesPerFrame: 1920 });
  const webrtc = { ports: "any", iceServers: [], peersMax, kilobits: 500 };
  const config = { fps: 25, preview: true, compat: false, webrtc } as unknown as Config;
  const log = { warn() {}, debug() {}, error() {} } as unknown as Log;
  const seen = { opened: 0, ended: 0 };
  const programme = {
    memory: { units },
    air: { listen: () => ({ [Symbol.dispose]() {} }) },
    state: () => ({ avatar: "mai" }),
  } as never;
  const own = {
    programme,
    died: new Promise<never>(() => {}),
    async [Symbol.asyncDispose]() {
      await pause(300);
      seen.ended++;
    },
  };
  const open = () => (seen.opened++, Promise.resolve(own));
  return { part: new WebRtcPart({ config, log, isLocalOnly: true, open }), seen };
}

Deno.test("WebRtcPart: no programme is opened for an offer that would be refused", async () => {
  const { part: one, seen } = part(1);
  await using _one = one;
  const signal = AbortSignal.timeout(20_000);
  await assertRejects(() => one.offer({ sdp: "garbage", avatar: "mai" }, signal), InputFault);
  assertEquals(seen.opened, 0);
  await one.offer({ sdp: browserOffer(), avatar: "mai" }, signal);
  await assertRejects(() => one.offer({ sdp: browserOffer(), avatar: "mai" }, signal), CapacityFault);
  assertEquals(seen.opened, 1);
});

Deno.test("WebRtcPart: it is over when the programmes of its viewers are", async () => {
  const { part: one, seen } = part(2);
  for (let nth = 0; nth < 2; nth++) {
    await one.offer({ sdp: browserOffer(), avatar: "mai" }, AbortSignal.timeout(20_000));
  }
  await one[Symbol.asyncDispose]();
  assertEquals(seen, { opened: 2, ended: 2 });
});

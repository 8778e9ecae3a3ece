/**
 * Chromium as the receiver: offer to first frame, and from a unit composed to its pixel read back; for our sender and, in the
 * same set-up, for aiortc's.
 */
import { CHROMIUM, openPage } from "../../../tests/system/webrtc/browser.ts";
import { WebRtcPreview } from "../../../src/preview/mod.ts";
import { delay, every, wallClockMs } from "../../../src/time/mod.ts";
import { type Figure, figure, single } from "../figure.ts";
import { CodedUnits } from "./coded_units.ts";

const CONNECTIONS = 12;
const SECONDS = 20;
const SCRIPT = decodeURIComponent(new URL("./receiving_page.js", import.meta.url).pathname);
const SENDER = decodeURIComponent(new URL("./aiortc_sender.py", import.meta.url).pathname);
const ENCODE_LOOK_MS = 45;

interface Received {
  readonly firstFrameMs: readonly number[];
  readonly glassMs: readonly number[];
}

async function receive(
  base: string,
  anchorMs: number,
  connections = CONNECTIONS,
  seconds = SECONDS,
): Promise<Received> {
  if (CHROMIUM === undefined) throw new Error("chromium is not installed");
  await using opened = await openPage(base);
  const order = { connections, seconds, anchorMs };
  return await opened.page.evaluate(
    (given) => (globalThis as unknown as { receive(given: object): Promise<Received> }).receive(given),
    order,
  );
}

const p95 = (samples: readonly number[]) =>
  [...samples].sort((a, b) => a - b)[Math.floor(samples.length * 0.95)] ?? NaN;

function figures(who: string, { firstFrameMs, glassMs }: Received, isOurs: boolean): Figure[] {
  const aim = (target: string, reaches: (p: { p50: number; max: number }) => boolean) =>
    isOurs ? { target, reaches } : { target: "", reaches: () => true };
  return [
    figure(
      `${who}: offer to first frame in Chromium`,
      "ms",
      firstFrameMs,
      aim("p50 <= 800", ({ p50 }) => p50 <= 800),
    ),
    figure(
      `${who}: composed to pixel read back, 1280x720`,
      "ms",
      glassMs,
      aim("p50 <= 50", ({ p50 }) => p50 <= 50),
    ),
    single(`${who}: the same, 95 of 100`, "ms", p95(glassMs), aim("<= 70", ({ max }) => max <= 70)),
  ];
}

export async function benchOurs(): Promise<Figure[]> {
  await using units = new CodedUnits(1280, 720);
  using preview = new WebRtcPreview({
    network: { addresses: ["127.0.0.1"], ports: undefined, publicAddress: undefined, iceServers: [] },
    bits720: 2_000_000,
    peersMax: 4,
    onClosed: () => {},
    onTrouble: (line) => console.error(line),
  });
  const { shape, buffer } = units.ring;
  const source = preview.add({ shape, buffer });
  let session = "";
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/receive.js") {
      return new Response(await Deno.readFile(SCRIPT), { headers: { "Content-Type": "text/javascript" } });
    }
    if (pathname === "/closed") {
      preview.close(session);
      return new Response();
    }
    if (pathname !== "/offer") {
      return new Response("<!doctype html><script src=/receive.js></script>", {
        headers: { "Content-Type": "text/html" },
      });
    }
    const { sdp } = await request.json();
    const answer = await preview.offer({ source, sdp }, AbortSignal.timeout(10_000));
    session = answer.session;
    return Response.json({ sdp: answer.sdp, type: "answer" });
  });
  const encodeMs: number[] = [];
  using _looking = every(ENCODE_LOOK_MS, () => {
    const now = preview.gauges(source)?.encodeMs ?? 0;
    if (now > 0) encodeMs.push(now);
  });
  const wallAnchorMs = units.anchorMs + wallClockMs() - units.clock.nowMs();
  const received = await receive(`http://127.0.0.1:${server.addr.port}`, wallAnchorMs);
  return [
    ...figures("Lipcam", received, true),
    figure("encoding a 720p frame, H.264", "ms", encodeMs, {
      target: "p50 <= 4",
      reaches: ({ p50 }) => p50 <= 4,
    }),
  ];
}

/** Both codecs are measured, the times in Chromium with the one that we send too. */
export async function benchAiortc(): Promise<Figure[]> {
  return [...await aiortcSends("H264", CONNECTIONS, SECONDS), ...await aiortcSends("VP8", 0, SECONDS / 2)];
}

async function aiortcSends(
  codec: "H264" | "VP8",
  connections: number,
  seconds: number,
): Promise<Figure[]> {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  const base = `http://127.0.0.1:${port}`;
  const sender = new Deno.Command("/usr/bin/python3", {
    args: [SENDER, String(port), SCRIPT, codec],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const reader = sender.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { anchorMs } = JSON.parse((await reader.read()).value!);
    for (let attempt = 0;; attempt++) {
      if (await fetch(base).then((response) => response.body?.cancel(), () => "no") !== "no") break;
      if (attempt > 50) throw new Error("aiortc's sender does not answer");
      await delay(100);
    }
    const received = await receive(base, anchorMs, connections, seconds);
    const encodeMs: number[] = await (await fetch(`${base}/encode`)).json();
    if (encodeMs.length === 0) throw new Error(`aiortc sent no ${codec}`);
    const none = { target: "", reaches: () => true };
    const encoding = figure(
      `aiortc: encoding a 720p frame, ${codec === "H264" ? "H.264" : codec}`,
      "ms",
      encodeMs,
      none,
    );
    return connections > 0 ? [...figures("aiortc", received, false), encoding] : [encoding];
  } finally {
    sender.kill("SIGKILL");
    await sender.status;
  }
}

/**
 * Clients of other servers against the real programme: one of LiveTalking's kind (aiortc) that talks, interrupts, uploads and
 * records, and a page of MuseTalk's kind in Chromium that plays the file itself and holds it to the polled frames.
 */
import { assert, assertEquals } from "@std/assert";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { servePage } from "./compat/musetalk_page.ts";
import { Signalling } from "./compat/musetalk_signalling.ts";
import { CHROMIUM, openPage } from "./webrtc/browser.ts";
import { wavBytes } from "../fakes/wav.ts";
import { WebRtcViewer } from "../fakes/webrtc_viewer.ts";

const hasAiortc = await new Deno.Command("/usr/bin/python3", {
  args: ["-c", "import aiortc"],
  stderr: "null",
})
  .output().then(({ success }) => success, () => false);
const ignoreClient = skipWithout(
  "the test of LiveTalking's client",
  ...(hasAiortc ? [] : ["aiortc for python3"]),
);
const ignorePage = skipWithout("the test of MuseTalk's page", ...(CHROMIUM ? [] : ["chromium"]));

const QUIET = ["--camera", "none", "--sound", "none", "--no-obs-serve", "--webrtc-ports", "any"];
const CLIENT = decodeURIComponent(new URL("./compat/livetalking_client.py", import.meta.url).pathname);
const RATE_HZ = 16_000;
/** Where the file's bursts begin, in seconds. */
const BURSTS_S = [0.6, 1.4, 2.6];
const FILE_S = 4;

interface Answer {
  readonly code: number;
  readonly msg: string;
  readonly data: Record<string, unknown>;
}

/** Tones at known times, in an otherwise silent file. */
function bursts(): Uint8Array {
  const samples = new Float32Array(FILE_S * RATE_HZ);
  for (const start of BURSTS_S) {
    for (let k = 0; k < RATE_HZ * 0.2; k++) samples[Math.round(start * RATE_HZ) + k] = Math.sin(k / 4) * 0.6;
  }
  return wavBytes(samples, RATE_HZ);
}

async function started(room: Room, settings: object, more: readonly string[] = []) {
  Deno.mkdirSync(`${room.folder}/media/data/audio`, { recursive: true });
  Deno.writeFileSync(`${room.folder}/media/data/audio/bursts.wav`, bursts());
  Deno.writeTextFileSync(
    `${room.working}/lipcam.json`,
    JSON.stringify({ mediaRoots: [`${room.folder}/media/data`], ...settings }),
  );
  const live = await LiveProcess.start(room, [...QUIET, "--compat", ...more]);
  return { live, base: `http://127.0.0.1:${live.token().port}` };
}

async function talked(options: object) {
  const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
    args: [CLIENT, JSON.stringify(options)],
    signal: AbortSignal.timeout(90_000),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text.startsWith("{"), text + new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

const OK: Answer = { code: 0, msg: "ok", data: {} };

Deno.test({
  name: "compat: a client of LiveTalking's talks, interrupts, uploads and records by changing the address",
  ignore: ignoreClient,
  async fn() {
    using room = new Room();
    const { live, base } = await started(room, {});
    await using _live = live;
    const film = `${room.folder}/film.mp4`;
    const sound = `${room.folder}/media/data/audio/bursts.wav`;
    const seen = await talked({ base, sound, film });
    assertEquals(seen.error, undefined, seen.text);
    assert(Number.isInteger(seen.sessionid), `${seen.sessionid}`);
    assertEquals(seen.size, [1280, 720]);
    assert(seen.frames > 40 && seen.loudest > 3000, `${seen.frames} frames, loudest ${seen.loudest}`);
    assertEquals([seen.quiet, seen.speaks, seen.speaksAgain, seen.ends], [true, true, true, true]);
    assertEquals([seen.speaksFile, seen.interrupted], [true, true]);
    for (const step of ["record", "interrupt", "recorded"]) assertEquals(seen[step], OK, step);
    for (const [step, utterance] of [["long", 1], ["cut", 2], ["audio", 3]] as const) {
      assertEquals(seen[step], { ...OK, data: { utterance } }, step);
    }
    assertEquals(seen.action, { ...OK, data: { action: "nod" } });
    assertEquals([seen.chat.code, /language model/.test(seen.chat.msg)], [-1, true]);
    const events = seen.events as { status: string; text: string; card?: number }[];
    assertEquals(events.map(({ status, card }) => [status, card]), [
      ["start", 1],
      ["end", 1],
      ["start", 2],
      ["end", 2],
      ["start", undefined],
      ["end", undefined],
    ]);
    assertEquals(events[2]!.text, "And this is what is said instead.");
    const { stdout } = await new Deno.Command("ffprobe", {
      args: ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", film],
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim().split("\n"), ["h264", "aac"]);
  },
});

Deno.test({
  name:
    "compat: an offer with an avatar has a programme of its own, which its session speaks by; no more than may be",
  ignore: ignoreClient,
  async fn() {
    using room = new Room();
    const { live, base } = await started(room, { sessionsMax: 1 });
    await using _live = live;
    const sound = `${room.folder}/media/data/audio/bursts.wav`;
    const config = JSON.stringify([{ audiotype: 5, imgpath: "x", audiopath: "audio/bursts.wav" }]);
    const first = talked({
      base,
      sound,
      film: `${room.folder}/a.mp4`,
      avatar: "lena",
      custom_config: config,
    });
    await until("its programme", 20_000, async () => {
      const { sessions } = await (await live.fetch("/v1/webrtc")).json();
      return sessions.some(({ avatar }: { avatar: string | null }) => avatar === "lena");
    }, 100);
    const { refusal } = await talked({ base, sound, film: `${room.folder}/b.mp4`, avatar: "theo" });
    assertEquals([refusal.code, /sessionsMax/.test(refusal.msg)], [-1, true], JSON.stringify(refusal));
    const seen = await first;
    assertEquals(seen.error, undefined, seen.text);
    assertEquals([seen.speaks, seen.ends, seen.interrupted], [true, true, true]);
    assert(seen.loudest > 3000, `loudest ${seen.loudest}`);
    assertEquals((await live.state()).speech.accepted, 0, "the shared programme was silent");
    assert(Deno.statSync(`${room.folder}/a.mp4`).size > 10_000);
  },
});

Deno.test({
  name:
    "compat: a page of MuseTalk's starts a file, plays it itself and holds it to the polled frames; lips follow it",
  ignore: ignorePage,
  async fn() {
    using room = new Room();
    let base = "";
    await using place = servePage(() => base);
    const { live, base: address } = await started(room, { allowedHosts: [place.host] });
    await using _live = live;
    base = address;
    await using opened = await openPage(`http://${place.host}/live`);
    const { page } = opened;
    await page.evaluate(`live("../MuseTalk/data/audio/bursts.wav", "lena")`);
    await page.waitForFunction("log.hasEnded === true", undefined, { timeout: 20_000 });
    await page.evaluate("stop()");
    const log = await page.evaluate("log") as {
      mode: string;
      avatars: string[];
      started: { status: string; audio_url: string; fps: number };
      skews: number[];
      pauses: number;
      heard: [frame: number, packets: number][];
      notes: { frame_idx: number; utterance: number; utterance_frame: number; levels: number[] }[];
    };
    assertEquals([log.mode, log.started.status, log.started.fps], ["musetalk", "realtime_started", 25]);
    assert(log.avatars.includes("lena"), String(log.avatars));
    assertEquals(await page.evaluate("Math.round(audio.duration * 10)"), FILE_S * 10);
    assertEquals((await live.state()).avatar, "lena");
    // each burst is in the frame that the file has it in
    const take = log.notes.filter(({ utterance, frame_idx }) => utterance === 1 && frame_idx >= 0);
    assertEquals(take.every((note) => note.frame_idx === note.utterance_frame), true);
    for (const start of BURSTS_S) {
      const first = take.find(({ frame_idx, levels }) =>
        frame_idx >= Math.floor((start - 0.2) * 25) && Math.max(...levels) > 20
      );
      const off = (first?.frame_idx ?? -99) - Math.floor(start * 25 + 1e-6);
      assert(Math.abs(off) <= 1, `the burst of ${start} s is in frame ${first?.frame_idx}`);
    }
    // polled every 200 ms: as far as their rule holds it
    assert(log.skews.length > 5 && log.skews.every((skew) => Math.abs(skew) < 0.4), String(log.skews));
    // the stream is silent meanwhile
    const packets = log.heard.filter(([frame]) => frame > 12 && frame < (FILE_S - 0.5) * 25).map((
      [, count],
    ) => count);
    assert(packets.length > 4 && packets.at(-1)! - packets[0]! < 10, `packets of sound: ${packets}`);
    assertEquals(opened.complaints, []);
  },
});

Deno.test("compat: a client of MuseTalk's signals over its WebSocket, starts a file, fetches it and asks how far it is", async () => {
  using room = new Room();
  const { live, base } = await started(room, {});
  await using _live = live;
  const call = async (path: string, method = "GET") => {
    const response = await fetch(`${base}/api/webrtc${path}`, { method });
    return [response.status, await response.json()] as const;
  };
  const [, about] = await call("/musetalk/status");
  assertEquals([about.initialized, about.current_avatar], [true, "mai"]);
  assertEquals(await call("/avatar/initialize", "POST"), [200, { status: "success" }]);
  const line = new Signalling(`${base.replace("http", "ws")}/api/webrtc/ws`);
  await using viewer = await WebRtcViewer.connect((sdp) => line.offer(sdp));
  const { session } = line;
  await until("pictures", 10_000, () => viewer.frames > 20);
  const path = encodeURIComponent("../MuseTalk/data/audio/bursts.wav");
  const [, start] = await call(`/realtime/start?session_id=${session}&audio_path=${path}`, "POST");
  assertEquals([start.status, start.fps], ["realtime_started", 25]);
  assertEquals(await (await fetch(base + start.audio_url)).bytes(), bursts());
  await until("the file's frames", 15_000, async () => {
    const [, { last_frame_idx }] = await call(`/status/${session}`);
    return last_frame_idx >= (FILE_S - 1) * 25;
  });
  const notes = viewer.notes.map((note) => JSON.parse(note)).filter(({ utterance }) => utterance === 1);
  const frames = notes.map(({ frame_idx }) => frame_idx).filter((frame) => frame >= 0);
  assertEquals(frames, frames.map((_, index) => index), "each frame of the file once, from the first");
  line.send({ type: "bye" });
  await until("its end", 5000, async () => (await call(`/status/${session}`))[0] === 404);
  line.socket.close();
});

Deno.test("live --compat: nothing is opened at another address, nor without the page", async () => {
  using room = new Room();
  for (
    const [flags, says] of [
      [["--host", "0.0.0.0", "--insecure"], /compat .*wanted a host of this machine/],
      [["--no-page"], /compat is true, wanted page too|compat.*page/],
    ] as const
  ) {
    const { code, stderr } = await LiveProcess.run(room, [
      "live",
      ...QUIET,
      "--compat",
      "--port",
      "0",
      ...flags,
    ]);
    assert(code !== 0 && says.test(stderr) && stderr.trim().split("\n").length === 1, stderr);
  }
});

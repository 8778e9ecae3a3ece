/**
 * The WebRTC preview of the real programme, watched by somebody else's viewer (aiortc): both codecs, sound, the sync channel,
 * limits, viewers that go without a word, offers that are none.
 */
import { assert, assertEquals } from "@std/assert";
import { createSocket } from "node:dgram";
import type { ProgrammeState } from "../../src/programme/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { view } from "./webrtc/foreign_viewer.ts";
import { freeUdpPort } from "./webrtc/free_port.ts";
import { browserOffer } from "../fakes/webrtc_offer.ts";

const hasAiortc = await new Deno.Command("/usr/bin/python3", {
  args: ["-c", "import aiortc"],
  stderr: "null",
})
  .output().then(({ success }) => success, () => false);
const ignore = skipWithout("the tests of the preview", ...(hasAiortc ? [] : ["aiortc for python3"]));

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--port", "0"];
const SAY = { text: "Hello everybody, I am speaking to somebody who watches, one two three four five." };

async function started(room: Room, more: readonly string[] = []) {
  const live = await LiveProcess.start(room, [...FLAGS, "--webrtc-ports", "any", ...more]);
  const { port, token } = room.tokens()[0]!;
  const base = `http://127.0.0.1:${port}`;
  const get = async (path: string) =>
    await (await fetch(base + path, { headers: { Authorization: `Bearer ${token}` } })).json();
  const watching = async () => (await get("/v1/webrtc")).sessions.length as number;
  return { live, base, token, get, watching };
}

/** A goodbye is a datagram: where it is lost the silence is noticed instead. */
const GONE_MS_MAX = 15_000;

async function undisturbed(get: (path: string) => Promise<ProgrammeState>, laggedMax: number): Promise<void> {
  const { picture } = await get("/v1/state");
  assert(picture.fps > 20, `${picture.fps} fps`);
  assert(picture.laggedFrames <= laggedMax, `${picture.laggedFrames} lagged`);
}

for (const codec of ["H264", "VP8"] as const) {
  Deno.test({
    name:
      `preview: aiortc plays ${codec}: frames advance, the mouth moves, sound is there, notes tell of both`,
    ignore,
    async fn() {
      using room = new Room();
      const { live, base, token } = await started(room);
      await using _live = live;
      const requests = [[1, "POST", "/v1/say", SAY], [4, "GET", "/api/webrtc/status/SESSION"]] as const;
      const seen = await view({ base, token, path: "/whep", seconds: 6, codec, requests });
      assertEquals([seen.status, seen.codec, seen.sizes], [201, codec, [1280, 720]]);
      assert(seen.frames > 100, `${seen.frames} frames`);
      assert(
        seen.soundBlocks > 200 && seen.loudest > 3000,
        `${seen.soundBlocks} blocks, loudest ${seen.loudest}`,
      );
      assert(Math.max(...seen.means) - Math.min(...seen.means) > 4, `a mouth of ${seen.means}`);
      assertEquals(seen.answers[0]![0], 202);
      const { last_frame_idx, fps } = JSON.parse(seen.answers[1]![1]);
      assert(fps === 25 && last_frame_idx > 60 && last_frame_idx < 130, seen.answers[1]![1]);
      // The channel lets notes go rather than wait; here nothing is lost.
      assert(seen.notes.length > 100, `${seen.notes.length} notes`);
      seen.notes.forEach((note, at) => {
        if (at === 0) return;
        const before = seen.notes[at - 1]!;
        assertEquals([
          note.frame_idx - before.frame_idx,
          (note.rtp - before.rtp) | 0,
          (note.audio_rtp - before.audio_rtp) | 0,
        ], [
          1,
          3600,
          1920,
        ]);
      });
      const words = seen.notes.flatMap(({ events }) => events).filter(({ kind }) => kind === "word");
      assertEquals(words[0]?.text, "Hello");
      const speaking = seen.notes.filter(({ speaking }) => speaking);
      assert(speaking.length > 40 && speaking.some(({ levels }) => Math.max(...levels) > 20));
    },
  });
}

Deno.test({
  name: "preview: as many as may watch, the next gets 503; a goodbye makes room again",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, token, get, watching } = await started(room, ["--webrtc-peers-max", "1"]);
    await using _live = live;
    const first = view({ base, token, path: "/whep", seconds: 5 });
    await until("a viewer", 8000, async () => await watching() === 1);
    const second = await view({ base, token, path: "/whep", seconds: 1 });
    assertEquals(second.status, 503);
    assert(second.refusal?.includes("1 viewers are watching"), second.refusal);
    await first;
    await until("the goodbye heard", GONE_MS_MAX, async () => await watching() === 0);
    const next = await view({ base, token, path: "/offer", seconds: 1 });
    assertEquals(next.status, 200);
    await undisturbed(get, 5);
  },
});

Deno.test({
  name: "preview: three viewers share one UDP port, and one that leaves takes nothing from the others",
  ignore,
  async fn() {
    using room = new Room();
    const port = await freeUdpPort();
    const { live, base, token, watching } = await started(room, ["--webrtc-ports", `${port}`]);
    await using _live = live;
    const path = "/whep";
    const leaves = view({ base, token, path, seconds: 2 });
    const [first, second] = await Promise.all([
      view({ base, token, path, seconds: 7 }),
      view({ base, token, path, seconds: 7, codec: "VP8" }),
    ]);
    assert((await leaves).frames > 25);
    for (const { frames, soundBlocks, notes } of [first, second]) {
      assert(
        frames > 120 && soundBlocks > 250 && notes.length > 100,
        `${frames} frames, ${soundBlocks} blocks`,
      );
    }
    await until("the goodbyes heard", GONE_MS_MAX, async () => await watching() === 0);
    const again = await view({ base, token, path, seconds: 2 });
    assert(again.frames > 25, `${again.frames} frames`);
  },
});

Deno.test({
  name: "preview: without a free UDP port an offer is 503 and says which ports were tried",
  ignore,
  async fn() {
    using room = new Room();
    const taken = createSocket("udp4");
    const port = await new Promise<number>((resolve) =>
      taken.bind(0, "127.0.0.1", () => resolve(taken.address().port))
    );
    for (const ports of [`${port}`, `${port - 1}-${port}`]) {
      const { live, base, token } = await started(room, ["--webrtc-ports", ports]);
      await using _live = live;
      if (ports !== `${port}`) await view({ base, token, path: "/whep", seconds: 4, isSilentEnd: true });
      const refused = await view({ base, token, path: "/whep", seconds: 1 });
      assertEquals(refused.status, 503);
      assert(refused.refusal?.includes(`${port}`), refused.refusal);
    }
    taken.close();
  },
});

Deno.test({
  name: "preview: 50 offers at once: some are answered, the others 503, and the half-open ones expire",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, token, get } = await started(room);
    await using _live = live;
    const offer = () =>
      fetch(`${base}/whep`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" },
        body: browserOffer(),
      }).then(async (response) => (await response.body?.cancel(), response.status));
    const statuses = await Promise.all(Array.from({ length: 50 }, offer));
    assertEquals(statuses.filter((status) => status === 201).length, 4);
    assertEquals(statuses.filter((status) => status === 503).length, 46);
    await delay(16_500);
    assertEquals((await get("/v1/webrtc")).sessions, []);
    assertEquals(await offer(), 201);
    await undisturbed(get, 5);
  },
});

Deno.test({
  name: "preview: offers that are none are 4xx with a reason, and nobody notices",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, token, get } = await started(room);
    await using _live = live;
    const send = async (path: string, type: string, body: BodyInit) => {
      const response = await fetch(base + path, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": type },
        body,
      });
      return [response.status, (await response.json()).detail as string] as const;
    };
    const good = browserOffer();
    const cases: readonly (readonly [path: string, type: string, body: string, status: number])[] = [
      ["/whep", "application/sdp", "garbage", 400],
      ["/whep", "application/sdp", "", 400],
      ["/whep", "application/sdp", "v=0\r\n" + "x".repeat(10_000_000), 413],
      ["/whep", "application/sdp", "v=0\r\n" + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(3000), 400],
      ["/whep", "application/sdp", browserOffer({ video: ["vp9"], audio: false }), 400],
      ["/whep", "application/sdp", good.replaceAll(/sha-256 \S+/g, "sha-256 zz"), 400],
      ["/whep", "application/json", good, 415],
      ["/offer", "application/json", "{", 400],
      ["/offer", "application/json", "[".repeat(100_000), 400],
      ["/offer", "application/json", JSON.stringify({ sdp: 7, type: "offer" }), 400],
      ["/offer", "application/json", JSON.stringify({ sdp: good, type: "answer" }), 400],
      ["/offer", "application/json", JSON.stringify({ sdp: good, type: "offer", avatar: "../../etc" }), 400],
    ];
    for (const [path, type, body, status] of cases) {
      const [got, detail] = await send(path, type, body);
      assertEquals(got, status, `${path} ${body.slice(0, 60)}: ${detail}`);
      assert(detail.length > 10 && detail.length < 400 && !detail.includes("\n"), detail);
    }
    const patch = await fetch(`${base}/whep/nobody`, {
      method: "PATCH",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/trickle-ice-sdpfrag" },
      body: "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n",
    });
    assertEquals([patch.status, (await patch.json()).type], [404, "urn:lipcam:problem:no_such_session"]);
    const seen = await view({ base, token, path: "/whep", seconds: 2 });
    assert(seen.frames > 20, `${seen.frames} frames`);
    await undisturbed(get, 5);
  },
});

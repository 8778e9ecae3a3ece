/** Avatars made and changed while a programme runs, over its API: by processes of their own, the programme undisturbed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists, LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { faceClip, PORTRAIT } from "./face_clips.ts";

const QUIET = ["--camera", "none", "--sound", "none", "--size", "320x180"];
const JOB_MS_MAX = 90_000;
const ignore = skipWithout("avatars over the API", "ffmpeg") ||
  (!exists(PORTRAIT) && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1");

/** What these requests are answered with, each with some of it. */
interface Answer {
  readonly job: number;
  readonly id: string;
  readonly state: string;
  readonly progress: number;
  readonly error: string;
  readonly jobs: readonly Answer[];
  readonly shown: string;
  readonly avatars: readonly { readonly id: string; readonly kind: string }[];
}

const get = async (live: LiveProcess, path: string): Promise<Partial<Answer>> =>
  await (await live.fetch(path)).json();

async function post(live: LiveProcess, path: string, body: unknown): Promise<[number, Partial<Answer>]> {
  const answer = await live.fetch(path, { method: "POST", body: JSON.stringify(body) });
  return [answer.status, await answer.json()];
}

async function job(live: LiveProcess, number: number | undefined): Promise<Partial<Answer>> {
  const found = (await get(live, "/v1/avatars/jobs")).jobs?.find(({ job }) => job === number);
  assert(found, `job ${number} is not listed`);
  return found;
}

const inState = (live: LiveProcess, number: number | undefined, ...states: string[]) =>
  until(`job ${number} ${states}`, JOB_MS_MAX, async () => {
    const found = await job(live, number);
    return states.includes(found.state!) && found;
  }, 100);

Deno.test({
  name:
    "avatars over the API: made of a clip while a programme runs, then shown; one job at a time, one that stops",
  ignore,
  async fn() {
    using room = new Room();
    const at = (name: string) => `${room.working}/${name}`;
    await faceClip(at("short.mp4"), { seconds: 0.6 });
    await faceClip(at("long.mp4"), { seconds: 4 });
    await Deno.writeTextFile(at("no.mp4"), "This is no film.");
    await using live = await LiveProcess.start(room, QUIET);
    const before = await live.state();

    const [status, started] = await post(live, "/v1/avatars", {
      path: at("short.mp4"),
      id: "anna",
      engine: "wav2lip",
    });
    assertEquals([status, started.job, started.id, started.state], [202, 1, "anna", "running"]);
    const [busy, refusal] = await post(live, "/v1/avatars", { path: at("long.mp4"), id: "berta" });
    assertEquals(busy, 429);
    assertStringIncludes(JSON.stringify(refusal), "wanted one at a time");
    await inState(live, 1, "completed");
    const { shown, avatars } = await get(live, "/v1/avatars");
    assertEquals(shown, "mai");
    assert(avatars!.some(({ id, kind }) => id === "anna" && kind === "video"), JSON.stringify(avatars));
    assertEquals((await post(live, "/v1/avatar", { avatar: "anna" }))[0], 200);
    assertEquals((await get(live, "/v1/avatars")).shown, "anna");

    const [, second] = await post(live, "/v1/avatars", { path: at("long.mp4"), id: "berta", engine: "all" });
    await until("its progress", JOB_MS_MAX, async () => ((await job(live, second.job)).progress ?? 0) > 0.01);
    const [, stopped] = await post(live, "/v1/avatars/stop", { job: second.job });
    assertEquals(stopped.state, "stopped");
    assert(!exists(`${room.data}/lipcam/avatars/berta`), "a half avatar was left");

    const [, third] = await post(live, "/v1/avatars", { path: at("no.mp4"), id: "cara" });
    const failed = await inState(live, third.job, "failed", "completed");
    assertEquals(failed.state, "failed");
    assertStringIncludes(failed.error!, "no.mp4");

    const after = await live.state();
    assert(after.picture.units > before.picture.units);
  },
});

Deno.test("avatars over the API: what is wrong is said in a line, and the programme goes on", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, QUIET);
  for (
    const [path, body, status, said] of [
      ["/v1/avatars", { path: "clip.mp4", id: "a" }, 400, "absolute path"],
      ["/v1/avatars", { path: "/nowhere/clip.mp4", id: "a" }, 400, "clip.mp4 cannot be read"],
      ["/v1/avatars", { path: "/etc/hostname" }, 400, "id"],
      ["/v1/avatars", { path: "/etc/hostname", id: "a", engine: "magic" }, 400, "engine"],
      ["/v1/avatars/stop", { job: 7 }, 400, "job 7"],
      ["/v1/avatars/stop", { job: 0 }, 400, "job"],
      ["/v1/avatar", { avatar: "nobody" }, 400, "nobody"],
      ["/v1/avatar", {}, 400, "avatar"],
    ] as const
  ) {
    const [got, answer] = await post(live, path, body);
    const text = JSON.stringify(answer);
    assertEquals(got, status, `${path} ${JSON.stringify(body)}: ${text}`);
    assertStringIncludes(text, said);
  }
  assertEquals((await get(live, "/v1/avatars")).shown, "mai");
});

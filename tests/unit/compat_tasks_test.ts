/** LiveTalking's avatar tasks over made-up jobs: by path and by upload, how far they are, stopped and forgotten. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CompatPlace, TALK } from "../fakes/compat_place.ts";

interface Begun {
  readonly task_id: string;
  readonly ignored: string[];
}

const begun = async (place: CompatPlace, body: object) => await place.data("/api/avatar/task", body) as Begun;

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...new Uint8Array(100)]);

Deno.test("/api/avatar/task: a file of the media folders becomes a job; what does not apply is told as ignored", async () => {
  await using place = await CompatPlace.open();
  Deno.writeFileSync(`${place.media}/anna.png`, PNG);
  const body = {
    ...{ model: "wav2lip256", avatar_id: "anna", video_path: "./data/anna.png", img_size: 256 },
    ...{ bbox_shift: 5, extra_margin: 10, parsing_mode: "jaw", notifyurl: "http://127.0.0.1:1/told" },
  };
  const { task_id, ignored } = await begun(place, body);
  assertMatch(task_id, /^[\da-f-]{36}$/);
  assertEquals(ignored, ["img_size", "bbox_shift", "extra_margin", "parsing_mode", "notifyurl"]);
  assertEquals(place.told, ["prepare 108 anna.png as anna by wav2lip"]);
  assertEquals(await place.refusal("/api/avatar/task", body), "job_running");
});

Deno.test("/api/avatar/task: an upload is taken under a name of our own", async () => {
  await using place = await CompatPlace.open();
  const form = new FormData();
  form.append("video_file", new File([PNG], "../x.sh"));
  form.append("avatar_id", "berta");
  const response = await fetch(`${place.base}/api/avatar/task`, { method: "POST", body: form });
  assertEquals([response.status, (await response.json()).data.ignored], [200, []]);
  assertEquals(place.told, ["prepare 108 upload.png as berta by any"]);
});

Deno.test("/api/avatar/task: a form whose file was left empty, as browsers send it, is one without a file", async () => {
  await using place = await CompatPlace.open();
  Deno.writeFileSync(`${place.media}/anna.png`, PNG);
  const form = new FormData();
  form.append("video_file", new File([], ""));
  form.append("video_path", "anna.png");
  form.append("avatar_id", "anna");
  const response = await fetch(`${place.base}/api/avatar/task`, { method: "POST", body: form });
  assertEquals([response.status, (await response.json()).code], [200, 0]);
  assertEquals(place.told, ["prepare 108 anna.png as anna by any"]);
});

Deno.test("/api/avatar/task: a task is known by the name that its client gave it, with its model and its times", async () => {
  await using place = await CompatPlace.open();
  const body = { model: "musetalk", avatar_id: "anna", video_path: "audio/talk.wav", task_id: "my/task 7" };
  assertEquals((await begun(place, body)).task_id, "my/task 7");
  place.jobs = [{ ...place.jobs[0], state: "completed" }];
  const address = `/api/avatar/task/${encodeURIComponent("my/task 7")}`;
  const task = await place.data(address, undefined, "GET") as Record<string, unknown>;
  const { start_time, end_time, duration, ...rest } = task;
  assertEquals(rest, {
    ...{ task_id: "my/task 7", model_type: "musetalk", avatar_id: "anna", status: "completed" },
    ...{ progress: 100, error_msg: "", notify_url: null },
  });
  assert(Number(start_time) > 1.7e9 && Number(end_time) >= Number(start_time), JSON.stringify(task));
  assertEquals(duration, Number(end_time) - Number(start_time));
  assertEquals(await place.refusal("/api/avatar/task", body), "task_exists");
  assertEquals(await begun(place, { ...body, task_id: 8 }), { task_id: "8", ignored: [] });
  assertEquals(place.told.length, 2);
});

Deno.test("avatars: names as theirs are written are ours with dashes, wherever a client says them", async () => {
  await using place = await CompatPlace.open();
  await begun(place, { avatar_id: "My_Avatar_001", video_path: "audio/talk.wav" });
  const offer = { type: "offer", avatar: "wav2lip_avatar1" };
  await place.json("/offer", { ...offer, sdp: "a" });
  await place.json("/api/webrtc/offer", { ...offer, sdp: "b" });
  await place.json("/api/webrtc/realtime/start?session_id=viewer-2&avatar_id=my_avatar");
  await place.json("/offer", { type: "offer", sdp: "c", avatar: "dicebear:lorelei/My_Seed" });
  assertEquals(place.told, [
    `prepare ${TALK.length} talk.wav as my-avatar-001 by any`,
    "offer a as wav2lip-avatar1",
    "offer b as wav2lip-avatar1",
    "viewer-2: show my-avatar",
    "offer c as dicebear:lorelei/My_Seed",
  ]);
});

Deno.test("/api/avatar/task: paths that lead out, unknown models and bad names are code -1", async () => {
  await using place = await CompatPlace.open();
  const refused = (body: object) => place.refusal("/api/avatar/task", { avatar_id: "a", ...body });
  assertEquals(await refused({ video_path: "/etc/passwd" }), "no_such_file");
  assertEquals(await refused({ video_path: "audio/link.wav" }), "no_such_file");
  assertEquals(await refused({}), "no_file");
  assertEquals(await refused({ video_path: "audio/talk.wav", model: "ernerf" }), "unknown_model");
  const regress = Deno.readTextFileSync(
    new URL("../regress/compat_task_model_constructor.json", import.meta.url),
  );
  assertEquals(await refused(JSON.parse(regress)), "unknown_model"); // was a name that every object has
  assertEquals(await refused({ video_path: "audio/talk.wav", avatar_id: "" }), "bad_request");
  // an id becomes a word of a command: none that could be a flag, or lead out of a folder
  for (const avatar_id of ["--force", "-h", "../a", "a b", "a/b", "x".repeat(41), "a\n"]) {
    assertEquals(await refused({ video_path: "audio/talk.wav", avatar_id }), "bad_avatar_id");
    const query = new URLSearchParams({ avatar_id, video_path: "audio/talk.wav" });
    const [status] = await place.json(`/api/webrtc/avatar/prepare?${query}`);
    assertEquals(status, 400, avatar_id);
  }
  assertEquals(place.told, []);
});

Deno.test("/api/avatar/task/{id}: status, progress in percent and error as theirs; DELETE stops and forgets", async () => {
  await using place = await CompatPlace.open();
  place.jobs = [
    { job: 1, id: "a", state: "completed" },
    { job: 2, id: "b", state: "failed", error: "no face in /home/somebody/films/b.mp4" },
    { job: 3, id: "c", state: "running", progress: 0.426 },
  ];
  const task = (id: number) => place.data(`/api/avatar/task/${id}`, undefined, "GET");
  const about = (id: number, avatar: string, status: string, progress: number, error_msg = "") => ({
    ...{ task_id: String(id), avatar_id: avatar, status, progress, error_msg },
    ...{ model_type: "", notify_url: null, start_time: null, end_time: null, duration: null },
  });
  assertEquals(await task(1), about(1, "a", "completed", 100));
  assertEquals(await task(2), about(2, "b", "failed", 0, "no face in b.mp4"));
  assertEquals(await task(3), about(3, "c", "running", 43));
  assertEquals(await place.refusal("/api/avatar/task/9", undefined, "GET"), "no_such_job");
  const ended = await place.data("/api/avatar/task/3", undefined, "DELETE");
  const { status, msg } = ended as { status: string; msg: string };
  assertEquals([status, msg], ["failed", "Task deleted"]);
  const { tasks } = await place.data("/api/avatar/tasks", undefined, "GET") as {
    tasks: { task_id: string }[];
  };
  assertEquals(tasks.map(({ task_id }) => task_id), ["2", "1"]);
  assertEquals(await place.refusal("/api/avatar/task/3", undefined, "GET"), "no_such_job");
});

/** The parts under the routes of other servers' clients: media folders, forms however they are cut, names of sessions. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { forgetEnded } from "../../src/control/compat/living.ts";
import { NumberedHouse } from "../../src/control/compat/mod.ts";
import { CompatSessions } from "../../src/control/compat/sessions.ts";
import { spoolForm } from "../../src/control/form.ts";
import { mediaPath } from "../../src/control/media_roots.ts";
import { formParts } from "../../src/control/multipart.ts";
import { HttpProblem } from "../../src/control/problem.ts";
import { SpoolRoom } from "../../src/control/spool_room.ts";
import { CompatPlace, TALK } from "../fakes/compat_place.ts";

Deno.test("mediaPath: inside the folders, by the longest match; links, dots and others' folders lead nowhere", () => {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const [one, two] = [`${folder}/one`, `${folder}/two`];
  for (const path of [one, `${two}/deep`, `${folder}/one-more`]) Deno.mkdirSync(path, { recursive: true });
  for (const path of [`${one}/a.wav`, `${two}/a.wav`, `${two}/deep/a.wav`, `${folder}/one-more/b.wav`]) {
    Deno.writeTextFileSync(path, path);
  }
  Deno.symlinkSync(`${folder}/one-more/b.wav`, `${one}/b.wav`);
  Deno.symlinkSync(folder, `${one}/up`);
  Deno.symlinkSync(`${two}/a.wav`, `${one}/across.wav`);
  Deno.symlinkSync(two, `${folder}/alias`);
  // what is no file would be waited for, or read for ever
  assertEquals(new Deno.Command("mkfifo", { args: [`${one}/pipe.wav`] }).outputSync().success, true);
  Deno.symlinkSync("/dev/null", `${one}/null.wav`);
  const roots = [one, `${folder}/alias`, `${folder}/missing`];
  const at = (path: string) => mediaPath(path, roots);
  assertEquals(at("a.wav"), `${one}/a.wav`);
  assertEquals(at("deep/a.wav"), `${two}/deep/a.wav`);
  assertEquals(at(`${two}/a.wav`), `${two}/a.wav`);
  assertEquals(at("../Streamer/data/deep/a.wav"), `${two}/deep/a.wav`);
  assertEquals(at("C:\\films\\deep\\a.wav"), `${two}/deep/a.wav`);
  assertEquals(at("across.wav"), `${two}/a.wav`);
  const no = [
    "",
    ".",
    "..",
    "/",
    "b.wav",
    "up/one-more/b.wav",
    `${folder}/one-more/b.wav`,
    one,
    "../one-more/b.wav",
    "pipe.wav",
    "null.wav",
  ];
  for (const path of [...no, "a\0.wav", "x/".repeat(17) + "a.wav", "/etc/passwd"]) {
    const { status } = assertThrows(() => at(path), HttpProblem);
    assertEquals(status, 404);
  }
  assertEquals(assertThrows(() => mediaPath("a.wav", []), HttpProblem).status, 403);
  Deno.removeSync(folder, { recursive: true });
});

function request(pieces: readonly Uint8Array[], boundary = "xyz"): Request {
  return new Request("http://127.0.0.1/", {
    method: "POST",
    headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
    body: ReadableStream.from(pieces),
  });
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, k) => bytes.slice(k * size, (k + 1) * size),
  );
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function read(from: Request, bytesMax = 100_000): Promise<[string, boolean, string][]> {
  const parts: [string, boolean, string][] = [];
  for await (const { name, isFile, pieces } of formParts(from, bytesMax)) {
    let text = "";
    for await (const piece of pieces) text += String.fromCharCode(...piece);
    parts.push([name, isFile, text]);
  }
  return parts;
}

Deno.test("formParts: the same parts however the bytes are cut, with content that looks like a boundary", async () => {
  const near = "\r\n--xy\r\n--xyq\r\n\r\n-";
  const form = bytesOf(
    `a preamble\r\n--xyz\r\ncontent-disposition: form-data; name="sessionid"\r\n\r\n17\r\n` +
      `--xyz  \r\nContent-Type: audio/wav\r\nContent-Disposition: form-data; filename="a;b.wav"; name="file"\r\n\r\n${near}\r\n` +
      `--xyz\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n--xyz--\r\nand what follows`,
  );
  for (let size = 1; size <= form.length; size++) {
    assertEquals(await read(request(cut(form, size))), [
      ["sessionid", false, "17"],
      ["file", true, near],
      ["empty", false, ""],
    ]);
  }
});

Deno.test("formParts: what the platform's own FormData writes is read as it was, bytes and all", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(fc.stringMatching(/^[a-z_]{1,9}$/), fc.uint8Array({ maxLength: 300 }), fc.boolean()),
        {
          maxLength: 6,
        },
      ),
      fc.integer({ min: 1, max: 400 }),
      async (fields, size) => {
        const form = new FormData();
        const ascii = (bytes: Uint8Array) => String.fromCharCode(...bytes.map((byte) => 97 + byte % 26));
        for (const [name, bytes, isFile] of fields) {
          form.append(name, isFile ? new File([bytes.slice()], "f") : ascii(bytes));
        }
        const whole = new Response(form);
        const type = whole.headers.get("content-type")!;
        const from = request(cut(await whole.bytes(), size), /boundary=(.+)$/.exec(type)![1]!);
        assertEquals(
          await read(from),
          fields.map(([name, bytes, isFile]) => [
            name,
            isFile,
            isFile ? String.fromCharCode(...bytes) : ascii(bytes),
          ]),
        );
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("formParts: garbage, forms that end early, too many and too long heads are 400, too much is 413", async () => {
  const part = '--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n';
  const bad: readonly (readonly [string, number])[] = [
    ["", 400],
    ["garbage", 400],
    ["x".repeat(10_000), 400],
    [part, 400],
    [part.slice(0, 30), 400],
    ["--xyz\r\nContent-Type: a/b\r\n\r\nb\r\n--xyz--", 400],
    [`--xyz\r\nX: ${"y".repeat(9000)}\r\n\r\nb\r\n--xyz--`, 400],
    [`--xyz\r\n${"X: y\r\n".repeat(40)}\r\nb\r\n--xyz--`, 400],
    [part.repeat(70) + "--xyz--", 400],
    [part + "z".repeat(200_000), 413],
  ];
  for (const [text, status] of bad) {
    const problem = await assertRejects(
      () => read(request([bytesOf(text)])),
      HttpProblem,
    );
    assertEquals(problem.status, status, text.slice(0, 50));
  }
  const others = ["multipart/form-data", "multipart/mixed; boundary=xyz", "text/plain; boundary=xyz"];
  for (const type of others) {
    const from = new Request("http://127.0.0.1/", {
      method: "POST",
      body: part,
      headers: { "Content-Type": type },
    });
    assertEquals((await assertRejects(() => read(from), HttpProblem)).status, 415);
  }
});

Deno.test("spoolForm: a form that breaks off leaves no file behind", async () => {
  const folder = Deno.makeTempDirSync();
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", folder);
  const head = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
  const room = new SpoolRoom(1_000_000);
  const wishes = { files: ["file"], purpose: "sound", room } as const;
  const file = [bytesOf(head), TALK];
  const endings = ["", "\r\n--xyz\r\n", `\r\n${head}`, "\r\n--xyz\r\nX\r\n\r\n"];
  for (const ending of endings) {
    await assertRejects(() => spoolForm(request([...file, bytesOf(ending)]), wishes), HttpProblem);
  }
  const two = [...file, bytesOf("\r\n"), ...file, bytesOf("\r\n--xyz--")];
  await assertRejects(() => spoolForm(request(two), wishes), HttpProblem, "two files");
  const long = `--xyz\r\nContent-Disposition: form-data; name="text"\r\n\r\n${"x".repeat(70_000)}\r\n--xyz--`;
  await assertRejects(() => spoolForm(request([bytesOf(long)]), wishes), HttpProblem, "larger");
  assertEquals([[...Deno.readDirSync(folder)], room.taken], [[], 0]);
  if (before === undefined) Deno.env.delete("TMPDIR");
  else Deno.env.set("TMPDIR", before);
  Deno.removeSync(folder);
});

Deno.test("NumberedHouse: numbers are nine digits and each its own; those that ended are forgotten, those that live never", async () => {
  await using place = await CompatPlace.open();
  const house = new NumberedHouse(place.house());
  const signal = new AbortController().signal;
  const names: string[] = [];
  for (let k = 0; k < 300; k++) names.push((await house.webrtc.offer({ sdp: "v=0" }, signal)).session);
  assert(names.every((name) => /^[1-9]\d{8}$/.test(name)));
  assertEquals(new Set(names).size, 300);
  for (const name of names) assertEquals(house.webrtc.status(name).fps, 25);
  assertThrows(() => house.of("123456789"));
  assertEquals(house.webrtc.sessions().at(-1), { session: names[299] });
  for (const name of names.slice(1)) await house.webrtc.close(name);
  assertThrows(() => house.webrtc.status(names[299]!));
  // many more come and go, the first stays all the while
  for (let k = 0; k < 600; k++) {
    const { session } = await house.webrtc.offer({ sdp: "v=0" }, signal);
    await house.webrtc.close(session);
  }
  assertEquals(house.webrtc.status(names[0]!).fps, 25);
  assertEquals(house.webrtc.sessions(), [{ session: names[0] }]);
});

Deno.test("CompatSessions: what a session that goes on brought and plays is kept, however many come after it", async () => {
  await using place = await CompatPlace.open();
  const house = place.house();
  const sessions = new CompatSessions(house);
  const { signal } = new AbortController();
  const first = (await house.webrtc.offer({ sdp: "v=0" }, signal)).session;
  const actions = [{ audiotype: 2 }];
  sessions.bring(first, actions);
  sessions.plays(first, "talk.wav", new Promise(() => {}));
  for (let k = 0; k < 200; k++) {
    const { session } = await house.webrtc.offer({ sdp: "v=0" }, signal);
    sessions.bring(session, k % 2 === 0 ? [] : [{ audiotype: 3 }]);
    sessions.plays(session, "other.wav", Promise.resolve());
    await house.webrtc.close(session);
  }
  assertEquals([sessions.brought(first), sessions.isPlaying(first)], [actions, true]);
  sessions.bring(first, []);
  assertEquals(sessions.brought(first), []);
});

Deno.test("forgetEnded: the oldest of those that ended go first, and no more than there have to", () => {
  const map = new Map(["a", "b", "c", "d", "e"].map((key) => [key, key]));
  const left = (max: number, live: string) => {
    forgetEnded(map, max, (key) => live.includes(key));
    return [...map.keys()].join("");
  };
  assertEquals(left(5, ""), "abcde");
  assertEquals(left(4, "a"), "acde");
  assertEquals(left(2, "ad"), "ad");
  assertEquals(left(1, "ad"), "ad");
});

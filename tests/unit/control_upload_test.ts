/** Uploads: what a file is by its bytes, where it goes, how a form's file is read, and how a file goes out again. */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { fileAnswer } from "../../src/control/file_answer.ts";
import { spoolForm } from "../../src/control/form.ts";
import { handedOn } from "../../src/control/handed_on.ts";
import { formParts } from "../../src/control/multipart.ts";
import { HttpProblem } from "../../src/control/problem.ts";
import { sniff, SNIFF_BYTES } from "../../src/control/sniff.ts";
import { spool } from "../../src/control/spool.ts";
import { removeLeftUploads, SpoolRoom } from "../../src/control/spool_room.ts";

const bytes = (text: string, size = SNIFF_BYTES) => {
  const made = new Uint8Array(size);
  for (let at = 0; at < text.length; at++) made[at] = text.charCodeAt(at);
  return made;
};

const SIGNATURES: readonly (readonly [head: string, kind: string | undefined, extension?: string])[] = [
  ["RIFF\x24\0\0\0WAVEfmt ", "sound", ".wav"],
  ["RIFF\x24\0\0\0WEBPVP8 ", "picture", ".webp"],
  ["RIFF\x24\0\0\0AVI LIST", "film", ".avi"],
  ["RIFF\x24\0\0\0ACON", undefined],
  ["fLaC\0\0\0\x22", "sound", ".flac"],
  ["OggS\0\x02", "sound", ".ogg"],
  ["FORM\0\0\0\x10AIFF", "sound", ".aiff"],
  ["ID3\x04\0", "sound", ".mp3"],
  ["\xff\xfb\x90\x00", "sound", ".mp3"],
  ["\xff\xf1\x50\x80", "sound", ".aac"],
  ["\x89PNG\r\n\x1a\n", "picture", ".png"],
  ["\xff\xd8\xff\xe0", "picture", ".jpg"],
  ["\0\0\0\x20ftypisom", "film", ".mp4"],
  ["\0\0\0\x20ftypM4A ", "sound", ".m4a"],
  ["\0\0\0\x20ftypavif", undefined],
  ["\x1aE\xdf\xa3", "film", ".webm"],
  ["MZ\x90\0", undefined],
  ["#!/bin/sh\n", undefined],
  ["<svg xmlns=", undefined],
  ["<?xml version", undefined],
  ["%PDF-1.7", undefined],
  ["PK\x03\x04", undefined],
  ["\x80\x04\x95", undefined],
  ["", undefined],
];

Deno.test("sniff: a file is what its first bytes are", () => {
  for (const [head, kind, extension] of SIGNATURES) {
    const found = sniff(bytes(head));
    assertEquals([found?.kind, found?.extension], [kind, extension], JSON.stringify(head));
  }
  assertEquals(sniff(new Uint8Array(0)), undefined);
});

async function* pieces(whole: Uint8Array<ArrayBuffer>, sizes: readonly number[]) {
  for (let at = 0, index = 0; at < whole.length; index++) {
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? 7);
    yield whole.slice(at, at + size);
    at += size;
  }
}

async function collected(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const part of stream) parts.push(...part);
  return new Uint8Array(parts);
}

Deno.test("spool: into a folder and a file that only this user enters, whole, and gone when it is disposed", async () => {
  const room = new SpoolRoom(5000);
  const sound = bytes("RIFF\x24\0\0\0WAVEfmt ", 5000);
  for (const sizes of [[1], [64, 1, 700], [5000]]) {
    const file = await spool(pieces(sound, sizes), "sound", room);
    assertEquals(Deno.readFileSync(file.path), sound);
    assertEquals([file.bytes, file.sniffed.kind, room.taken], [5000, "sound", 5000]);
    assertEquals(Deno.statSync(file.path).mode! & 0o777, 0o600);
    const folder = file.path.slice(0, file.path.lastIndexOf("/"));
    assertEquals(Deno.statSync(folder).mode! & 0o777, 0o700);
    await file[Symbol.asyncDispose]();
    await assertRejects(() => Deno.stat(folder), Deno.errors.NotFound);
    assertEquals(room.taken, 0);
  }
});

Deno.test("spool: another kind is 415 before the rest is taken; a body that fails leaves nothing behind", async () => {
  const before = uploadFolders();
  const room = new SpoolRoom(100_000);
  let taken = 0;
  const endless = async function* () {
    for (;;) {
      taken++;
      yield bytes("#!/bin/sh\n", 1000);
    }
  };
  const wrong = await assertRejects(() => spool(endless(), "sound", room), HttpProblem, "wanted a WAV");
  assertEquals([wrong.status, taken], [415, 1]);
  assertEquals(
    (await assertRejects(() => spool(pieces(bytes("\x89PNG\r\n\x1a\n"), []), "sound", room), HttpProblem))
      .status,
    415,
  );
  assertEquals(
    (await assertRejects(() => spool(pieces(bytes("OggS"), []), "avatar", room), HttpProblem)).status,
    415,
  );
  const cut = async function* () {
    yield bytes("fLaC", 1000);
    throw new HttpProblem(413, "too_large", "too large");
  };
  assertEquals((await assertRejects(() => spool(cut(), "sound", room), HttpProblem)).status, 413);
  assertEquals([uploadFolders(), room.taken], [before, 0]);
});

Deno.test("spool: what waits takes four files' room, the next is 429 and leaves nothing, and what is heard makes room", async () => {
  const room = new SpoolRoom(1000);
  const send = () => spool(pieces(bytes("fLaC", 1000), [300]), "sound", room);
  const waiting = [];
  for (let count = 0; count < 4; count++) waiting.push(await send());
  const before = uploadFolders();
  const { status, code, headers } = await assertRejects(send, HttpProblem);
  assertEquals([status, code, headers["Retry-After"]], [429, "uploads_full", "10"]);
  assertEquals([uploadFolders(), room.taken], [before, 4000]);
  await waiting[0]![Symbol.asyncDispose]();
  await waiting[0]![Symbol.asyncDispose](); // once more is as once
  assertEquals(room.taken, 3000);
  waiting[0] = await send();
  for (const file of waiting) await file[Symbol.asyncDispose]();
  assertEquals(room.taken, 0);
});

Deno.test("removeLeftUploads: what was left a day ago goes, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const nowMs = 1_800_000_000_000;
  const hour = 3600 * 1000;
  const make = async (name: string, ageMs: number) => {
    await Deno.mkdir(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/${name}/upload.wav`, "x");
    await Deno.utime(`${folder}/${name}`, new Date(nowMs - ageMs), new Date(nowMs - ageMs));
  };
  await make("lipcam-upload-old", 25 * hour);
  await make("lipcam-upload-young", 23 * hour);
  await make("lipcam-other-old", 48 * hour);
  await make("elsewhere", 48 * hour);
  await Deno.symlink(`${folder}/elsewhere`, `${folder}/lipcam-upload-link`);
  await Deno.writeTextFile(`${folder}/lipcam-upload-file`, "x");
  await removeLeftUploads(folder, nowMs);
  const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(left, [
    ...["elsewhere", "lipcam-other-old", "lipcam-upload-file", "lipcam-upload-link"],
    "lipcam-upload-young",
  ]);
  assertEquals(Deno.readTextFileSync(`${folder}/elsewhere/upload.wav`), "x");
  await removeLeftUploads(`${folder}/missing`, nowMs);
  await Deno.remove(folder, { recursive: true });
});

function uploadFolders(): number {
  const folder = Deno.env.get("TMPDIR") ?? "/tmp";
  return [...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith("lipcam-upload-")).length;
}

const text = (value: string) => new TextEncoder().encode(value);

function form(
  boundary: string,
  fields: readonly (readonly [head: string, value: Uint8Array])[],
  isEnded = true,
) {
  const parts = fields.flatMap(([head, value]) => [
    text(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    value,
    text("\r\n"),
  ]);
  const all = [...parts, text(isEnded ? `--${boundary}--\r\n` : "")];
  return new Uint8Array(all.flatMap((part) => [...part]));
}

function formRequest(type: string, body: AsyncIterable<Uint8Array<ArrayBuffer>>): Request {
  const headers = { "Content-Type": type };
  return new Request("http://x/", { method: "POST", body: ReadableStream.from(body), headers });
}

/** Of every field that is a file. */
async function filesOf(request: Request): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  for await (const { isFile, pieces } of formParts(request, 1e6)) {
    if (isFile) files.push(await collected(pieces));
  }
  return files;
}

Deno.test("formParts: the bytes of each file, wherever the pieces are cut, whatever is in them", async () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    // What nearly is a boundary, many times.
    fc.array(fc.constantFrom("\r\n--x", "\r\n-", "--xy", "\r\n--", "-", "\r", "\n"), { maxLength: 40 })
      .map((parts) => text(parts.join(""))),
  ).filter((value) => !new TextDecoder("latin1").decode(value).includes("\r\n--xyz"));
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(content, content, sizes, async (value, other, cuts) => {
      const whole = form("xyz", [
        ['name="note"', other],
        ['filename="talk.wav"; name="file"\r\nContent-Type: audio/wav', value],
        ['name="after"; filename="x"', other],
      ]);
      const request = formRequest("multipart/form-data; boundary=xyz", pieces(whole, cuts));
      assertEquals(await filesOf(request), [new Uint8Array(value), new Uint8Array(other)]);
    }),
    { numRuns: 200 },
  );
});

Deno.test("spoolForm: a form cut short, of another type or with a wrong file says so and leaves nothing", async () => {
  const before = uploadFolders();
  const room = new SpoolRoom(1e6);
  const sound = form("b", [['name="file"; filename="x"', bytes("fLaC", 500)]]);
  const type = "multipart/form-data; boundary=b";
  const long = form("b", [[`name="x"; y="${"z".repeat(9000)}"`, text("abc")]]);
  const script = form("b", [['name="file"; filename="x.wav"', bytes("#!/bin/sh\n")]]);
  const cases: readonly [type: string, body: Uint8Array<ArrayBuffer>, status: number][] = [
    [type, sound.slice(0, -8), 400],
    [type, sound.slice(0, 40), 400],
    ["multipart/form-data; boundary=c", sound, 400],
    ["multipart/form-data", sound, 415],
    ["text/plain; boundary=b", sound, 415],
    [type, long, 400],
    [type, script, 415],
  ];
  const wishes = { files: ["file"], purpose: "sound", room } as const;
  for (const [kind, body, status] of cases) {
    const spooling = () => spoolForm(formRequest(kind, pieces(body, [40])), wishes);
    assertEquals((await assertRejects(spooling, HttpProblem)).status, status, kind);
  }
  assertEquals(uploadFolders(), before);
  const good = await spoolForm(formRequest(type, pieces(sound, [7])), wishes);
  assertEquals(Deno.readFileSync(good.file!.path), bytes("fLaC", 500));
  await good.file![Symbol.asyncDispose]();
});

Deno.test("handedOn: how a body ended is told to whoever answers, before its reader knows", async () => {
  const good = handedOn(pieces(bytes("ab", 2), [1]));
  assertEquals((await collected(good.pieces)).length, 2);
  await good.ended;
  const failing = handedOn((async function* () {
    yield 1;
    throw new HttpProblem(413, "too_large", "too large");
  })());
  const read = (async () => {
    for await (const _ of failing.pieces);
  })();
  const first = await Promise.race([
    failing.ended.then(() => "ended", () => "failed"),
    read.then(() => "read", () => "reader failed"),
  ]);
  assertEquals(first, "failed");
  await assertRejects(() => read, HttpProblem);
  const left = handedOn(pieces(bytes("abc", 3), [1]));
  for await (const _ of left.pieces) break;
  await left.ended;
});

Deno.test("fileAnswer: whole, in ranges as players ask for them, and 416 outside", async () => {
  const path = await Deno.makeTempFile();
  const whole = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
  Deno.writeFileSync(path, whole);
  const ask = async (range?: string) => {
    const request = new Request("http://x/", range === undefined ? {} : { headers: { Range: range } });
    const answer = await fileAnswer(request, path, "video/mp4", 'a "b"/c.mp4');
    return { answer, body: await answer.bytes() };
  };
  const { answer, body } = await ask();
  assertEquals([answer.status, body], [200, whole]);
  assertEquals(answer.headers.get("accept-ranges"), "bytes");
  assertEquals(answer.headers.get("content-disposition"), 'inline; filename="a__b__c.mp4"');
  const cases: readonly [string, number, number][] = [
    ["bytes=0-0", 0, 0],
    ["bytes=10-19", 10, 19],
    ["bytes=99990-", 99_990, 99_999],
    ["bytes=-5", 99_995, 99_999],
    ["bytes=0-999999", 0, 99_999],
    ["bytes=-999999", 0, 99_999],
  ];
  for (const [range, first, last] of cases) {
    const part = await ask(range);
    assertEquals(part.answer.status, 206, range);
    assertEquals(part.answer.headers.get("content-range"), `bytes ${first}-${last}/100000`);
    assertEquals(part.body, whole.slice(first, last + 1), range);
  }
  for (const range of ["bytes=100000-", "bytes=20-10"]) {
    assertEquals((await assertRejects(() => ask(range), HttpProblem)).status, 416, range);
  }
  for (const range of ["bytes=a-b", "items=0-1", "bytes=0-1,5-6", "bytes=-"]) {
    assertEquals((await ask(range)).answer.status, 200, range);
  }
  await Deno.remove(path);
});

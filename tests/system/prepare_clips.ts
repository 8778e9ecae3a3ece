/**
 * What tests of `prepare` with clips share: a room with a place for avatars, the command as a process or as a call, and
 * looks at what it has written.
 *
 *   test("prepare does this", async ({ room, avatars }) => { ... });
 */
import { assertEquals } from "@std/assert";
import { loadFace, type VideoManifest } from "../../src/avatar/mod.ts";
import { fileEntry } from "../../src/film/mod.ts";
import { type PreparedVideo, prepareVideo, type PrepareVideoOptions } from "../../src/prepare/mod.ts";
import { PORTRAIT } from "./face_clips.ts";
import { clock, exists, LiveProcess, Room, skipWithout } from "./live_process.ts";

const ignore = skipWithout("tests of prepare with clips", "ffmpeg") ||
  !exists(PORTRAIT) && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
export const END_MS_MAX = 60_000;

export interface Place {
  readonly room: Room;
  /** Where avatars are written to; what is made is made in `room.working`. */
  readonly avatars: string;
}

export function test(name: string, body: (place: Place) => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      using room = new Room();
      const avatars = `${room.data}/lipcam/avatars`;
      await Deno.mkdir(avatars, { recursive: true });
      await body({ room, avatars });
    },
  });
}

export const start = (room: Room, ...args: string[]) => new LiveProcess(room, args, { command: "prepare" });

export async function run(room: Room, ...args: string[]) {
  await using one = start(room, ...args);
  return await one.ended(END_MS_MAX);
}

export interface Called extends Partial<PrepareVideoOptions> {
  readonly avatars: string;
  /** The idle clip, where `clips` are not given. */
  readonly path?: string;
}

/** Without a process of its own. */
export async function call(
  { avatars, path = "", ...more }: Called,
): Promise<PreparedVideo & { notes: string[] }> {
  const notes: string[] = [];
  const made = await prepareVideo({
    clips: [{ name: "idle", role: "idle", path, hasSound: false }],
    engines: ["wav2lip"],
    version: "1.5",
    shiftPx: 0,
    id: "anna",
    parent: avatars,
    isForced: false,
    hasPreview: false,
    clock,
    nowMs: 0,
    onProgress: () => {},
    onNote: (line) => notes.push(line),
    ...more,
  });
  return { ...made, notes };
}

export const filesOf = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();

export function manifestOf(folder: string): VideoManifest {
  return JSON.parse(Deno.readTextFileSync(`${folder}/avatar.json`));
}

/** Everything is the same but the name. */
export async function assertSame(folder: string, other: string): Promise<void> {
  assertEquals(filesOf(folder), filesOf(other));
  for (const name of filesOf(folder).filter((one) => one !== "avatar.json")) {
    assertEquals(await fileEntry(folder, name), await fileEntry(other, name), name);
  }
  const plain = (one: string) => ({ ...manifestOf(one), id: "", name: "" });
  assertEquals(plain(folder), plain(other));
}

/** It is what its manifest says, and a stage can show it. */
export async function assertWhole(folder: string): Promise<VideoManifest> {
  const manifest = manifestOf(folder);
  for (const file of manifest.files ?? []) assertEquals(await fileEntry(folder, file.name), file);
  using face = await loadFace(folder, { width: 320, height: 180 }, { patienceMs: 10_000 });
  assertEquals(face.film?.clips.length, manifest.clips.length);
  return manifest;
}

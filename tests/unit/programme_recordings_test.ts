/** Recordings begun and stopped while a programme runs: what its end makes of one that is starting, running or wanted later. */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { CapacityFault, Fault } from "../../src/errors/mod.ts";
import { Recordings } from "../../src/programme/recordings.ts";
import { delay } from "../../src/time/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";

/** A programme's units and a folder for its recordings. */
class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync();
  readonly units = new UnitRing({ width: 64, height: 48, slots: 8, samplesPerFrame: 1920 });
  readonly warnings: string[] = [];
  readonly #timer = setInterval(() => this.#publish(), 40);

  recordings(startMsMax?: number): Recordings {
    return new Recordings({
      ...{ folder: this.folder, units: this.units, warn: (line) => this.warnings.push(line) },
      ...(startMsMax === undefined ? {} : { startMsMax }),
    });
  }

  #publish(): void {
    const slot = this.units.begin();
    slot.mediaSample = this.units.published * 1920;
    slot.frame.fill(this.units.published % 200);
    this.units.publish();
  }

  /** Hidden ones too. */
  get files(): string[] {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    Deno.removeSync(this.folder, { recursive: true });
  }
}

Deno.test("Recordings: one that is starting when the programme ends is waited for, and its file is whole", async () => {
  using place = new Place();
  const recordings = place.recordings();
  const starting = recordings.start("mp4");
  await assertRejects(() => recordings.start("mp4"), CapacityFault);
  await recordings[Symbol.asyncDispose]();
  const id = await starting;
  assertEquals([recordings.current, place.files, place.warnings], [undefined, [id], []]);
  const [file] = recordings.list();
  assertGreater(file!.bytes, 0);
  await delay(300);
  assertEquals(recordings.list(), [file!]); // nothing writes to it any more
});

Deno.test("Recordings: one that does not start in time when the programme ends leaves nothing behind", async () => {
  using place = new Place();
  const recordings = place.recordings(1);
  const starting = recordings.start("webm");
  const refused = assertRejects(() => starting, Fault, "the programme ends");
  await recordings[Symbol.asyncDispose]();
  await refused;
  await delay(700); // as long as an isolate takes to start
  assertEquals([recordings.current, place.files], [undefined, []]);
});

Deno.test("Recordings: one that runs is closed with the programme, none begins after it", async () => {
  using place = new Place();
  const recordings = place.recordings();
  const id = await recordings.start("webm");
  assertEquals([recordings.current?.id, recordings.list()], [id, []]);
  await delay(200);
  await recordings[Symbol.asyncDispose]();
  assertEquals([recordings.current, recordings.list().map((file) => file.id)], [undefined, [id]]);
  const late = await assertRejects(() => recordings.start("mp4"), Fault);
  assertEquals([late.code, place.files], ["closed", [id]]);
});

Deno.test("Recordings: of several programmes in one folder, each lists what is whole and stops its own", async () => {
  using place = new Place();
  await using one = place.recordings();
  await using other = place.recordings();
  const ids = [await one.start("mp4"), await other.start("mp4")];
  assertEquals([one.current?.id, other.current?.id], ids);
  await delay(200);
  assertEquals([one.list(), other.list()], [[], []]); // what runs is nobody's file yet
  assertEquals(await one.stop(), ids[0]!);
  assertEquals(other.current?.id, ids[1]!);
  for (const lists of [one, other]) {
    assertEquals(lists.list().map((file) => file.id), [ids[0]!]);
    assert(lists.path(ids[0]!).endsWith(ids[0]!));
  }
});

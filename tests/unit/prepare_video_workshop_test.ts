/** What is kept of a preparation that was interrupted, and for how long. */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { ProgressMeter } from "../../src/prepare/video/progress.ts";
import { Workshop } from "../../src/prepare/video/workshop.ts";
import { SimulatedClock } from "../../src/time/mod.ts";

async function withParent(body: (parent: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await body(parent);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const foldersOf = (parent: string) => [...Deno.readDirSync(parent)].map(({ name }) => name);
const NOW_MS = new Date().getTime();
const DAY_MS = 24 * 3600 * 1000;

Deno.test("Workshop: records are found again, one that was cut off does not count", async () => {
  await withParent(async (parent) => {
    const workshop = await Workshop.open(parent, ["a", 1], NOW_MS);
    {
      using records = await workshop.records("idle.points", 4);
      records.add(new Uint8Array([1, 2, 3, 4]));
      records.add(new Uint8Array([5, 6, 7, 8]));
    }
    await Deno.writeFile(`${workshop.folder}/idle.points`, new Uint8Array([9, 9]), { append: true });
    const again = await Workshop.open(parent, ["a", 1], NOW_MS);
    using records = await again.records("idle.points", 4);
    assertEquals(records.count, 2);
    records.add(new Uint8Array([10, 11, 12, 13]));
    const into = new Uint8Array(4);
    records.read(1, into);
    assertEquals([...into], [5, 6, 7, 8]);
    records.read(2, into);
    assertEquals([...into], [10, 11, 12, 13]);
  });
});

Deno.test("Workshop: other wishes have another folder; it is gone when nothing of it is wanted", async () => {
  await withParent(async (parent) => {
    const one = await Workshop.open(parent, ["a", 1], NOW_MS);
    const other = await Workshop.open(parent, ["a", 2], NOW_MS);
    assertNotEquals(one.folder, other.folder);
    await one.remove();
    await other.remove();
    assertEquals(foldersOf(parent), []);
  });
});

Deno.test("Workshop: after a week what others left goes, at once where --force begins anew; what is at work stays", async () => {
  await withParent(async (parent) => {
    await Deno.mkdir(`${parent}/anna`);
    const old = await Workshop.open(parent, "old", NOW_MS);
    const working = await Workshop.open(parent, "working", NOW_MS);
    using _lock = await working.lock();
    for (const { folder } of [old, working]) {
      Deno.utimeSync(folder, new Date(), new Date(NOW_MS - 6 * DAY_MS));
    }
    await Workshop.open(parent, "new", NOW_MS);
    assertEquals(foldersOf(parent).length, 4);
    await Workshop.open(parent, "new", NOW_MS + 2 * DAY_MS);
    assertEquals(foldersOf(parent).length, 3);
    await Workshop.open(parent, "newest", NOW_MS, true);
    const left = foldersOf(parent);
    assertEquals(left.length, 3);
    assert(left.includes("anna") && left.includes(working.folder.slice(parent.length + 1)), left.join());
  });
});

Deno.test("Workshop: two at once are refused by name, one after the other are not", async () => {
  await withParent(async (parent) => {
    const workshop = await Workshop.open(parent, "a", NOW_MS);
    {
      using _lock = await workshop.lock();
      const fault = await assertRejects(() => workshop.lock(), InputFault);
      assertEquals(fault.code, "prepare_running");
    }
    using _again = await workshop.lock();
  });
});

Deno.test("ProgressMeter: time left counts what is ahead, at the pace of now", () => {
  const clock = new SimulatedClock();
  const told: { step: string; frames: number; of: number; leftMs?: number }[] = [];
  const meter = new ProgressMeter(clock, (progress) => told.push(progress), 20);
  meter.begin("looking", 10, 4);
  clock.waitUntil(clock.nowMs() + 300);
  meter.at(7);
  meter.at(8);
  clock.waitUntil(clock.nowMs() + 300);
  meter.at(10);
  meter.begin("writing", 10);
  clock.waitUntil(clock.nowMs() + 1000);
  meter.at(5);
  assertEquals(told, [
    { step: "looking", frames: 4, of: 10 },
    { step: "looking", frames: 7, of: 10, leftMs: 1300 },
    { step: "looking", frames: 10, of: 10, leftMs: 1000 },
    { step: "writing", frames: 0, of: 10 },
    { step: "writing", frames: 5, of: 10, leftMs: 1000 },
  ]);
});

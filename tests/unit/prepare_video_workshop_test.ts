/** What is kept of a preparation that was interrupted, and for how long. */
import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { ProgressMeter } from "../../src/prepare/video/progress.ts";
import { Workshop, type WorkshopPlace } from "../../src/prepare/video/workshop.ts";
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

/** The workshop of an avatar in `parent`. */
function open(parent: string, wishes: unknown, more: Partial<WorkshopPlace> = {}): Promise<Workshop> {
  return Workshop.open({ parent, id: "anna", nowMs: NOW_MS, isAnew: false, ...more }, wishes);
}

const nameOf = ({ folder }: Workshop) => folder.slice(folder.lastIndexOf("/") + 1);

Deno.test("Workshop: records are found again, one that was cut off does not count", async () => {
  await withParent(async (parent) => {
    const workshop = await open(parent, ["a", 1]);
    {
      using records = await workshop.records("idle.points", 4);
      records.add(new Uint8Array([1, 2, 3, 4]));
      records.add(new Uint8Array([5, 6, 7, 8]));
    }
    await Deno.writeFile(`${workshop.folder}/idle.points`, new Uint8Array([9, 9]), { append: true });
    const again = await open(parent, ["a", 1]);
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

Deno.test("Workshop: other wishes and other avatars have another folder", async () => {
  await withParent(async (parent) => {
    const one = await open(parent, ["a", 1]);
    assertNotEquals(one.folder, (await open(parent, ["a", 2])).folder);
    assertNotEquals(one.folder, (await open(parent, ["a", 1], { id: "bea" })).folder);
    assertEquals(one.folder, (await open(parent, ["a", 1])).folder);
  });
});

Deno.test("Workshop: after a week what others left goes; what is at work stays", async () => {
  await withParent(async (parent) => {
    await Deno.mkdir(`${parent}/anna`);
    const old = await open(parent, "old");
    const working = await open(parent, "working");
    using _lock = await working.lock();
    for (const { folder } of [old, working]) {
      Deno.utimeSync(folder, new Date(), new Date(NOW_MS - 6 * DAY_MS));
    }
    await open(parent, "new");
    assertEquals(foldersOf(parent).length, 4);
    const last = await open(parent, "new", { nowMs: NOW_MS + 2 * DAY_MS });
    assertEquals(foldersOf(parent).toSorted(), [nameOf(working), nameOf(last), "anna"].toSorted());
  });
});

Deno.test("Workshop: who begins anew removes what was left of that avatar, of no other, and nothing at work", async () => {
  await withParent(async (parent) => {
    await open(parent, "left");
    const working = await open(parent, "working");
    using _lock = await working.lock();
    const others = [await open(parent, "left", { id: "anna-b" }), await open(parent, "left", { id: "b" })];
    const anew = await open(parent, "anew", { isAnew: true });
    assertEquals(foldersOf(parent).toSorted(), [working, anew, ...others].map(nameOf).toSorted());
  });
});

Deno.test("Workshop: where it cannot be told whether somebody is at work, it stays", async () => {
  await withParent(async (parent) => {
    const left = await open(parent, "left");
    // A folder in the lock's place cannot be opened for writing, whoever asks.
    await Deno.mkdir(`${left.folder}/lock`);
    const anew = await open(parent, "anew", { isAnew: true });
    assertEquals(foldersOf(parent).toSorted(), [left, anew].map(nameOf).toSorted());
  });
});

Deno.test("Workshop: two at once are refused by name, one after the other are not", async () => {
  await withParent(async (parent) => {
    const workshop = await open(parent, "a");
    {
      using _lock = await workshop.lock();
      const fault = await assertRejects(() => workshop.during(() => Promise.resolve(1)), InputFault);
      assertEquals([fault.code, foldersOf(parent).length], ["prepare_running", 1]);
    }
    using _again = await workshop.lock();
  });
});

Deno.test("Workshop.during: what is done or can never be done leaves nothing, what may go on stays", async () => {
  const cases: readonly (readonly [Error | undefined, number])[] = [
    [undefined, 0],
    [new InputFault("wrong", { code: "no_face" }), 0],
    [new Fault("full", { code: "disk_full" }), 0],
    [new Fault("stopped", { code: "stopped" }), 1],
    [new Error("a bug"), 1],
  ];
  for (const [error, left] of cases) {
    await withParent(async (parent) => {
      const workshop = await open(parent, "a");
      const work = workshop.during(() => error ? Promise.reject(error) : Promise.resolve(7));
      if (error) assertEquals(await assertRejects(() => work), error);
      else assertEquals(await work, 7);
      assertEquals(foldersOf(parent).length, left, error?.message);
    });
  }
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

/** Viewers' own programmes behind their doors: what hangs on a door ends with its session, whatever else takes its time. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Config, Log } from "../../src/app/mod.ts";
import { Fault, NotFoundFault } from "../../src/errors/mod.ts";
import { EventHub } from "../../src/programme/event_hub.ts";
import { House } from "../../src/programme/house.ts";
import { delay, withDeadline } from "../../src/time/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { browserOffer } from "../fakes/webrtc_offer.ts";

const CLOSING_MS = 600;
const ENDS_MS_MAX = 400;

/** A programme of which only units and events are real. */
function made() {
  const units = new UnitRing({ width: 64, height: 48, slots: 8, samplesPerFrame: 1920 });
  const timer = setInterval(() => (units.begin(), units.publish()), 20);
  const events = new EventHub();
  const air = { listen: () => ({ [Symbol.dispose]() {} }) };
  const programme = { memory: { units }, events, air, state: () => ({ avatar: "mai" }) } as never;
  return { programme, events, [Symbol.dispose]: () => clearInterval(timer) };
}

/** A house whose viewers' programmes take a while to close. */
async function openHouse() {
  const webrtc = { ports: "any", iceServers: [], peersMax: 4, kilobits: 500 };
  const config = { host: "127.0.0.1", fps: 25, preview: true, webrtc } as unknown as Config;
  const log = { warn() {}, debug() {}, error() {} } as unknown as Log;
  const opened = new AsyncDisposableStack();
  const shared = opened.use(made());
  const seen = { hubs: [] as EventHub[], closed: 0 };
  const open = () => {
    const own = opened.use(made());
    seen.hubs.push(own.events);
    return Promise.resolve({
      programme: own.programme,
      died: new Promise<never>(() => {}),
      async [Symbol.asyncDispose]() {
        await delay(CLOSING_MS);
        seen.closed++;
      },
    });
  };
  const house = opened.use(
    new House({ config, log, open, onStop() {}, examine: () => Promise.resolve([]) }),
  );
  house.share(shared.programme);
  const view = () => house.webrtc.offer({ sdp: browserOffer(), avatar: "mai" }, AbortSignal.timeout(20_000));
  const { session } = await view();
  return { house, session, view, seen, shared, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Resolves when a stream ends, with what it said. */
async function rest<T>(stream: ReadableStream<T>): Promise<T[]> {
  return await Array.fromAsync(stream);
}

/** Counts this file's threads of pictures: other files have theirs in the same process. */
class CountedWorkers implements Disposable {
  readonly #plain = globalThis.Worker;
  open = 0;

  constructor() {
    const opened = () => this.open++;
    const ended = () => this.open--;
    globalThis.Worker = class extends Worker {
      readonly #isCounted: boolean;
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.#isCounted = options?.name === "preview";
        if (this.#isCounted) opened();
      }
      override terminate(): void {
        super.terminate();
        if (this.#isCounted) ended();
      }
    };
  }

  [Symbol.dispose](): void {
    globalThis.Worker = this.#plain;
  }
}

Deno.test("House: pictures and events of a viewer's programme end with its session, the shared one's go on", async () => {
  using workers = new CountedWorkers();
  await using place = await openHouse();
  const { house, session, seen, shared } = place;
  const { signal } = new AbortController();
  const sharedEvents = house.of().events(signal).getReader();
  const door = house.of(session);
  assertEquals(house.of(session), door);
  const pictures = door.watch(signal).getReader();
  for (let nth = 0; nth < 3; nth++) await pictures.read();
  assertEquals(workers.open, 1);
  const events = rest(door.events(signal));
  seen.hubs[0]!.publish({ kind: "utterance_start", utterance: 1, metadata: null });
  const startMs = performance.now();
  await house.webrtc.close(session);
  assertEquals((await withDeadline(events, ENDS_MS_MAX, "the end of the events")).length, 1);
  while (!(await withDeadline(pictures.read(), ENDS_MS_MAX, "the end of the pictures")).done);
  assert(performance.now() - startMs < CLOSING_MS && seen.closed === 0, "they do not wait for the programme");
  assertThrows(() => house.of(session), NotFoundFault);
  assertEquals(workers.open, 0);
  // whoever still holds the door begins nothing behind it
  assertEquals(await withDeadline(rest(door.events(signal)), ENDS_MS_MAX, "events of a shut door"), []);
  assertThrows(() => door.watch(signal), Fault, "closed");
  shared.events.publish({ kind: "utterance_start", utterance: 7, metadata: null });
  assertEquals((await sharedEvents.read()).value?.kind, "utterance_start");
});

Deno.test("House: when it is over, so are the doors of all its viewers and their programmes", async () => {
  const place = await openHouse();
  const { house, view, seen } = place;
  const sessions = [place.session, (await view()).session];
  const { signal } = new AbortController();
  const streams = [...sessions.map((session) => house.of(session)), house.of()].map((door) =>
    rest(door.events(signal))
  );
  await place[Symbol.asyncDispose]();
  assertEquals(await withDeadline(Promise.all(streams), ENDS_MS_MAX, "the end of the events"), [[], [], []]);
  assertEquals(seen.closed, 2);
});

Deno.test("EventHub: a listener whose signal has aborted already gets nothing and is not kept", async () => {
  const hub = new EventHub();
  const stream = hub.listen(AbortSignal.abort());
  hub.publish({ kind: "utterance_start", utterance: 1, metadata: null });
  assertEquals(await withDeadline(rest(stream), ENDS_MS_MAX, "the end of the events"), []);
});

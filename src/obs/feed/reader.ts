/**
 * One who reads the programme: OBS's source of ours, or its media source.
 *
 * In: units from the broadcast ring, at the reader's own pace. Out: bytes on its connection. Never waits for it beyond
 * its own unit: of what a slow reader missed it gets the sound, as far as the ring still has it, and the newest picture.
 * A reader that takes nothing for STALL_MS_MAX is let go. Feed worker.
 */
import type { Gauges } from "../../metrics/mod.ts";
import { type Clock, withDeadline } from "../../time/mod.ts";
import type { UnitRing } from "../../unit/mod.ts";
import type { FeedGauge, ReaderNews } from "./messages.ts";
import type { UnitFormat } from "./unit_format.ts";

const STALL_MS_MAX = 3000;
/** How often a stop is looked for while the programme publishes nothing. */
const LOOK_MS = 250;
/** The farewell of a programme that ends may take so long. */
const BYE_MS_MAX = 200;

export interface ReaderOptions {
  readonly connection: Deno.Conn;
  readonly format: UnitFormat;
  readonly units: UnitRing;
  readonly gauges: Gauges<FeedGauge>;
  readonly clock: Clock;
}

export class Reader {
  readonly #options: ReaderOptions;
  #isClosed = false;
  #wantsMedia = true;
  /** When the kernel last took something that it was given; Infinity while nothing is being given. */
  #waitingSinceMs = Infinity;

  constructor(public news: ReaderNews, options: ReaderOptions) {
    this.#options = options;
  }

  set wantsMedia(wants: boolean) {
    this.#wantsMedia = wants;
  }

  /** Sends until the connection ends, by either side. Never rejects. */
  async run(): Promise<void> {
    const { format, units, gauges } = this.#options;
    try {
      await this.#send(format.greeting);
      for (let unit = Math.max(0, units.published - 1); !this.#isClosed;) {
        const isWaitedFor = units.published <= unit;
        await units.available(unit, LOOK_MS);
        if (this.#isClosed || units.published <= unit) continue;
        if (!this.#wantsMedia) {
          unit = units.published;
          continue;
        }
        if (unit < units.oldest) {
          gauges.add("lostUnits", units.oldest - unit);
          unit = units.oldest;
        }
        await this.#sendUnit(unit++, isWaitedFor);
      }
    } catch {
      // The reader has gone, in order or not: for a feed both are the same, and the next one may come.
    } finally {
      this.close();
    }
  }

  /** `isWaitedFor`: the reader had taken all before this unit. */
  async #sendUnit(unit: number, isWaitedFor: boolean): Promise<void> {
    const { format, units, gauges, clock } = this.#options;
    const fromMs = clock.nowMs();
    const slot = units.at(unit);
    if (slot === undefined) return gauges.add("lostUnits");
    const { monotonicMs } = slot;
    const hasPicture = unit === units.published - 1;
    const bytes = format.pack(slot, hasPicture);
    if (!units.isIntact(unit)) return gauges.add("lostUnits");
    const packedMs = clock.nowMs();
    const sending = this.#send(bytes); // gives the kernel what it has room for before it returns
    const writtenMs = clock.nowMs();
    await sending;
    const nowMs = clock.nowMs();
    gauges.add(hasPicture ? "sentFrames" : "skippedFrames");
    if (hasPicture && isWaitedFor) {
      gauges.set("packMs", packedMs - fromMs);
      this.#gauge("writeMs", "writeMsMax", writtenMs - fromMs);
    }
    this.#gauge("sendMs", "sendMsMax", nowMs - fromMs);
    gauges.set("handOverMs", nowMs - monotonicMs);
  }

  #gauge(newest: FeedGauge, most: FeedGauge, ms: number): void {
    const { gauges } = this.#options;
    gauges.set(newest, ms);
    if (ms > gauges.get(most)) gauges.set(most, ms);
  }

  async #send(bytes: Uint8Array): Promise<void> {
    const { connection, clock } = this.#options;
    for (let at = 0; at < bytes.length;) {
      this.#waitingSinceMs = clock.nowMs();
      at += await connection.write(at === 0 ? bytes : bytes.subarray(at));
    }
    this.#waitingSinceMs = Infinity;
  }

  /** Whether it was let go because it has taken nothing for too long. To be asked now and then. */
  endIfStalled(): boolean {
    if (this.#isClosed || this.#options.clock.nowMs() - this.#waitingSinceMs < STALL_MS_MAX) return false;
    this.close();
    return true;
  }

  /** Says goodbye where the connection is free to take it, and ends it. */
  async end(reason: string): Promise<void> {
    const { connection, format } = this.#options;
    if (this.#isClosed) return;
    this.#isClosed = true;
    const bytes = format.farewell(reason);
    const isFree = this.#waitingSinceMs === Infinity;
    try {
      if (isFree && bytes.length > 0) {
        await withDeadline(connection.write(bytes), BYE_MS_MAX, "saying goodbye to OBS");
      }
    } catch {
      // It has gone before we could say so, or does not listen.
    } finally {
      this.#drop();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  #drop(): void {
    try {
      this.#options.connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // closed already
    }
  }
}

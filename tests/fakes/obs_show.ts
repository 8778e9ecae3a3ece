/** A programme for tests of the feed for OBS: a real ring of small flat pictures, and the feed that offers it. */
import { type FeedOptions, type FeedPlace, ObsFeed } from "../../src/obs/mod.ts";
import { delay, every, MonotonicClock } from "../../src/time/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { FakePlugin } from "./obs_plugin.ts";

export const SHAPE = { width: 64, height: 64, slots: 16, samplesPerFrame: 960 };
export const PICTURE_BYTES = 64 * 64 * 3 / 2;
const clock = new MonotonicClock();

/** A ring and the feed that offers it, in a folder that goes at the end. */
export class Show implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "lipcam-feed-" });
  readonly path = `${this.folder}/obs.sock`;
  readonly units: UnitRing;
  readonly hotkeys: string[] = [];
  readonly troubles: string[] = [];
  feed!: ObsFeed;
  #publishing: Disposable | undefined;

  constructor(hasAlpha = false) {
    this.units = new UnitRing({ ...SHAPE, hasAlpha });
  }

  options(...places: readonly FeedPlace[]): FeedOptions {
    return {
      units: { shape: this.units.shape, buffer: this.units.buffer },
      places,
      about: { programme: "test", lipcam: "0.1.0" },
      onHotkey: (hotkey, source) => this.hotkeys.push(`${hotkey} ${source}`),
      onTrouble: (line) => this.troubles.push(line),
    };
  }

  async open(...more: readonly FeedPlace[]): Promise<this> {
    this.feed = await ObsFeed.start(
      this.options({ kind: "plugin", path: this.path, isFixed: true }, ...more),
    );
    return this;
  }

  /** One unit whose every byte and sample says its number. */
  publish(): number {
    const unit = this.units.published;
    const slot = this.units.begin();
    slot.mediaSample = unit * SHAPE.samplesPerFrame;
    slot.monotonicMs = 1000 + unit * 20;
    slot.picture.fill(unit % 256);
    slot.samples.fill(unit / 1000);
    this.units.publish();
    return unit;
  }

  /** A plugin that has said hello and heard ours. */
  async plugin(source = "here"): Promise<FakePlugin> {
    const plugin = await FakePlugin.connect(this.path);
    await plugin.send(16, JSON.stringify({ plugin: "0.1.0", source, obs: "29.0.2" }));
    await plugin.next();
    return plugin;
  }

  run(): void {
    this.#publishing = every(20, () => void this.publish());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#publishing?.[Symbol.dispose]();
    await this.feed?.[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

export async function until(what: string, look: () => boolean, msMax = 5000): Promise<void> {
  const endMs = clock.nowMs() + msMax;
  while (!look()) {
    if (clock.nowMs() > endMs) throw new Error(`${what}: not within ${msMax} ms`);
    await delay(10);
  }
}

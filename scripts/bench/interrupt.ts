/**
 * What an interrupt costs where it is seen and heard: the real programme, a private PulseAudio recorded at its
 * monitor, a fake camera that notes when it took which frame. And how far lips and sound are apart while it speaks.
 */
import { type Face, findAvatar, loadFace } from "../../src/avatar/mod.ts";
import type { Programme } from "../../src/programme/mod.ts";
import { delay, i420Bytes } from "../../src/time/mod.ts";
import { buildFakeV4l2, FakeNode, type FakeWrite, frameHash } from "../../tests/fakes/v4l2/mod.ts";
import { missingForPulse, PrivatePulse } from "../../tests/system/pulse.ts";
import { Recording } from "../../tests/system/sound_recording.ts";
import { buzzWav } from "./buzz.ts";
import { type Figure, figure } from "./figure.ts";
import { clock, startProgramme } from "./programme.ts";

const ROUNDS = 20;
const ONSETS = 20;
const LATE_MS_MAX = 20;
const BLOCK_MS = 10;
const LOUD = 1500;
const AFTERMATH_MS = 800;
/** An onset is the first loud sample after this much silence. */
const SILENCE_SAMPLES = 48 * 150;

export async function benchInterrupt(): Promise<Figure[]> {
  const missing = missingForPulse();
  if (missing !== undefined) {
    console.error(
      `interrupts and lips are not measured: ${missing} (sudo apt install pulseaudio pulseaudio-utils)`,
    );
    return [];
  }
  await using _pulse = await PrivatePulse.start();
  using node = new FakeNode(await buildFakeV4l2());
  for (const [name, value] of Object.entries(node.env())) Deno.env.set(name, value);
  const folder = Deno.makeTempDirSync();
  try {
    await using programme = await startProgramme({ camera: node.path });
    if (programme.state().sound.kind === "null") {
      console.error(`interrupts and lips are not measured: ${programme.state().notes.join("; ")}`);
      return [];
    }
    using mouth = await ClosedMouth.load(programme);
    await delay(3000); // the margin and the hold settle in silence
    const lips = await lipsAndSound(programme, node, mouth, `${folder}/bursts.wav`);
    const cuts = await interrupts(programme, node, mouth, `${folder}/long.wav`, lips.lateMs);
    return [...cuts, ...lips.figures];
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Tells frames with a closed mouth: the same avatar, painted here, gives the same bytes. */
class ClosedMouth implements Disposable {
  readonly #face: Face;
  readonly #hashes = new Map<number, number>();

  static async load(programme: Programme): Promise<ClosedMouth> {
    const { size, fps } = programme.memory.shape;
    return new ClosedMouth(await loadFace(findAvatar("mai", ["avatars"]), size, { fps }));
  }

  private constructor(face: Face) {
    this.#face = face;
  }

  hash(unit: number): number {
    const known = this.#hashes.get(unit);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(i420Bytes(this.#face.size));
    this.#face.paintIdle({ ...this.#face.size, bytes }, unit);
    const hash = frameHash(bytes);
    this.#hashes.set(unit, hash);
    return hash;
  }

  [Symbol.dispose](): void {
    this.#face[Symbol.dispose]();
  }
}

const atMs = ({ monotonicNs }: FakeWrite) => monotonicNs / 1e6;

async function interrupts(
  programme: Programme,
  node: FakeNode,
  mouth: ClosedMouth,
  path: string,
  lateMs: number,
): Promise<Figure[]> {
  const { units, soundGauges } = programme.memory;
  Deno.writeFileSync(path, buzzWav([{ soundMs: 10_000, silenceMs: 0 }]));
  const handedMs: number[] = [];
  const heardMs: number[] = [];
  const lipsMs: number[] = [];
  // From hand-over: a block until it is taken, the formula from there on, and what the monitor showed beyond it.
  const deviceMs = BLOCK_MS + soundGauges.get("deviceLatencyMs") + lateMs;
  await using recording = new Recording("speakers.monitor", clock);
  await delay(500);
  for (let round = 0; round < ROUNDS; round++) {
    const { outcome } = programme.sayFile(path);
    await delay(1500 + (round % 9) * 7);
    const published = units.published;
    const bumpedMs = clock.nowMs();
    programme.interrupt();
    await delay(AFTERMATH_MS);
    await outcome;
    handedMs.push(soundGauges.get("flushedAtMs") - bumpedMs);
    const last = recording.samples.findLastIndex((sample) => Math.abs(sample) > LOUD);
    heardMs.push(recording.atMs(last) - bumpedMs);
    const closed = new Set(Array.from({ length: 40 }, (_, at) => mouth.hash(published - 15 + at)));
    const write = node.writes().find((write) => atMs(write) > bumpedMs && closed.has(write.hash));
    lipsMs.push(write ? atMs(write) - recording.atMs(last) : Infinity);
  }
  const deviceText = deviceMs.toFixed(0);
  return [
    figure("interrupt to the device's last speech", "ms", handedMs, {
      target: `max <= ${LATE_MS_MAX}`,
      reaches: ({ max }) => max <= LATE_MS_MAX,
    }),
    figure("interrupt to silence at the monitor", "ms", heardMs, {
      target: `max <= ${LATE_MS_MAX} + ${deviceText} of the device`,
      peer: "LiveTalking: 2-3 s",
      reaches: ({ max }) => max <= LATE_MS_MAX + deviceMs,
    }),
    figure("closed mouth on camera and the last sound apart", "ms", lipsMs.map(Math.abs), {
      target: "max <= 50, about one frame",
      reaches: ({ max }) => max <= 50,
    }),
  ];
}

function periodMs(programme: Programme): number {
  return programme.memory.rate.periodMs;
}

/** What the ring said of a unit: its picture, and where in the programme its samples lie. */
interface SeenUnit {
  readonly hash: number;
  readonly mediaSample: number;
}

async function lipsAndSound(
  programme: Programme,
  node: FakeNode,
  mouth: ClosedMouth,
  path: string,
): Promise<{ figures: Figure[]; lateMs: number }> {
  const { units, soundGauges } = programme.memory;
  const burst = { soundMs: 240, silenceMs: 410 }; // not a whole number of frames: onsets at every place in one
  Deno.writeFileSync(path, buzzWav(Array.from({ length: ONSETS }, () => burst)));
  await using recording = new Recording("speakers.monitor", clock);
  await delay(500);
  let isOver = false;
  programme.sayFile(path).outcome.then(() => isOver = true);
  const seen = new Map<number, SeenUnit>();
  const onsetSamples: number[] = [];
  const gaugesMs: number[] = [];
  let lastLoud = -Infinity;
  for (let unit = units.published; !isOver; unit++) {
    await units.available(unit, 1000);
    const slot = units.at(unit);
    if (!slot) throw new Error(`unit ${unit} was overwritten before it was seen`);
    seen.set(unit, { hash: frameHash(slot.frame), mediaSample: slot.mediaSample });
    for (let at = 0; at < slot.samples.length; at++) {
      if (Math.abs(slot.samples[at]!) * 32768 < LOUD) continue;
      const sample = slot.mediaSample + at;
      if (sample - lastLoud > SILENCE_SAMPLES) onsetSamples.push(sample);
      lastLoud = sample;
    }
    // Where the programme believes the newest heard sample to be, as an offset of its clock.
    gaugesMs.push(soundGauges.get("heardAtMs") - soundGauges.get("heardSample") / 48);
  }
  const heardMs = onsets(recording.samples).map((index) => recording.atMs(index));
  if (heardMs.length !== onsetSamples.length) {
    throw new Error(`${heardMs.length} bursts were heard, wanted ${onsetSamples.length}`);
  }
  const zeroMs = median(gaugesMs);
  const lateMs = median(heardMs.map((ms, onset) => ms - (zeroMs + onsetSamples[onset]! / 48)));

  const writes = node.writes();
  const counts = new Map<number, number>();
  for (const { hash } of seen.values()) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  const shownMs: number[] = [];
  const openedMs: number[] = [];
  for (const [onset, sample] of onsetSamples.entries()) {
    const first = [...seen.keys()].find((unit) => seen.get(unit)!.mediaSample + 1920 > sample)!;
    const written = (unit: number) => {
      const { hash } = seen.get(unit)!;
      return counts.get(hash) === 1 ? writes.find((write) => write.hash === hash) : undefined;
    };
    // Every picture of the first frames against its own samples at the monitor.
    for (let unit = first; unit < first + 4; unit++) {
      const write = written(unit);
      if (!write) continue;
      shownMs.push(atMs(write) - heardMs[onset]! - (seen.get(unit)!.mediaSample - sample) / 48);
    }
    for (let unit = first - 4; unit < first + 6; unit++) {
      if (seen.get(unit)?.hash === mouth.hash(unit)) continue;
      const write = seen.has(unit) ? written(unit) : undefined;
      if (write) openedMs.push(atMs(write) - heardMs[onset]!);
      break;
    }
  }
  const period = periodMs(programme);
  const within = `-${period} <= all <= ${period}`;
  return {
    lateMs,
    figures: [
      figure("a picture on camera after its sound at the monitor", "ms", shownMs, {
        target: within,
        reaches: ({ max }) => Math.min(...shownMs) >= -period && max <= period,
      }),
      figure("mouth opens on camera after the sound begins", "ms", openedMs, {
        target: "-80 <= p50 <= 40",
        reaches: ({ p50 }) => p50 >= -80 && p50 <= 40,
      }),
      figure("sound at the monitor after the programme's own reckoning", "ms", [lateMs], {
        target: "-20 <= all <= 20",
        reaches: ({ max }) => Math.abs(max) <= 20,
      }),
    ],
  };
}

function onsets(samples: Int16Array): number[] {
  const found: number[] = [];
  let lastLoud = -Infinity;
  for (let index = 0; index < samples.length; index++) {
    if (Math.abs(samples[index]!) < LOUD) continue;
    if (index - lastLoud > SILENCE_SAMPLES) found.push(index);
    lastLoud = index;
  }
  return found;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

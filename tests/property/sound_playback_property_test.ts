/** The playback buffer under random schedules: no click whatever happens, nothing lost where nothing went wrong. */
import fc from "fast-check";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Epoch } from "../../src/time/mod.ts";
import { PlaybackBuffer } from "../../src/sound/mod.ts";
import { UNIT_FLAG } from "../../src/unit/mod.ts";

const UNIT = 960;
const SHAPE = { samplesPerFrame: UNIT, lowWaterMs: 10, highWaterMs: 100 };
const OMEGA = 2 * Math.PI * 400 / 48_000; // a unit is 8 whole waves
const AMPLITUDE = 0.5;
// A sine's own step, a ramp over 240 samples, and the dying rest of what was before.
const STEP_MAX = AMPLITUDE * OMEGA + 3 * AMPLITUDE / 240;

type Action =
  | { kind: "write"; isSpeech: boolean; isProtected: boolean }
  | { kind: "read"; samples: number }
  | { kind: "bump" }
  | { kind: "skip" }
  | { kind: "hole" };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      isSpeech: fc.boolean(),
      isProtected: fc.boolean(),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({ kind: fc.constant("read" as const), samples: fc.integer({ min: 1, max: 1200 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "bump" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "skip" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "hole" as const }) },
);

Deno.test("PlaybackBuffer.read never steps further than a sine and its fades, whatever happens", () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 20, maxLength: 300 }), (actions) => {
      const epoch = new Epoch();
      const buffer = new PlaybackBuffer(SHAPE, epoch);
      let unit = 0;
      let speechSample = 0; // a speech of its own phase in each utterance; silence around it is reached faded
      let last = 0;
      let wasSpeech = false;
      for (const step of actions) {
        if (step.kind === "bump") epoch.bump();
        else if (step.kind === "skip") buffer.skipToTarget();
        else if (step.kind === "hole") unit += 3;
        else if (step.kind === "write") {
          if (!wasSpeech) speechSample = 0;
          const samples = Float32Array.from({ length: UNIT }, (_, index) => {
            if (!step.isSpeech) return 0;
            return AMPLITUDE * Math.sin(OMEGA * (speechSample + index));
          });
          speechSample += UNIT;
          // A unit ends at a zero of the sine, as the stage ends an utterance.
          const flags = (step.isSpeech ? UNIT_FLAG.speech : 0) | (step.isProtected ? UNIT_FLAG.protected : 0);
          const isWritten = buffer.write(
            { mediaSample: unit * UNIT, epoch: epoch.current, flags, samples },
            unit,
          );
          unit++;
          wasSpeech = step.isSpeech && isWritten;
        } else if (step.kind === "read") {
          const out = new Float32Array(step.samples).fill(NaN);
          buffer.read(out);
          for (const value of out) {
            assert(Math.abs(value - last) <= STEP_MAX, `a step of ${value - last} after ${last}`);
            last = value;
          }
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("PlaybackBuffer.read gives back every sample once, bit for bit, where the reader keeps pace", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 50, maxLength: 200 }),
      fc.integer(),
      (blocks, seed) => {
        const buffer = new PlaybackBuffer(SHAPE, new Epoch());
        const written: number[] = [];
        const heard: number[] = [];
        let state = seed | 0;
        const noise = () => (state = Math.imul(state, 1664525) + 1013904223 | 0) / 2 ** 31;
        const write = (isSpeech: boolean) => {
          const samples = Float32Array.from({ length: UNIT }, () => isSpeech ? noise() : 0);
          const unit = written.length / UNIT;
          written.push(...samples);
          assert(buffer.write({
            mediaSample: unit * UNIT,
            epoch: 0,
            flags: isSpeech ? UNIT_FLAG.speech : 0,
            samples,
          }, unit));
        };
        write(false);
        for (const samples of blocks) {
          while (buffer.queuedSamples < 2 * samples + 480) write(true);
          const out = new Float32Array(samples);
          buffer.read(out);
          heard.push(...out);
        }
        const inserted = 480; // the pre-buffering of 10 ms
        const wanted = written.slice(0, heard.length - inserted);
        assertEquals(heard.slice(inserted), wanted);
        assertEquals(buffer.gauges.get("underruns"), 0);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("PlaybackBuffer.read keeps time: consumed, left out and put in add up", () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 20, maxLength: 300 }), (actions) => {
      const epoch = new Epoch();
      const buffer = new PlaybackBuffer(SHAPE, epoch);
      const { gauges } = buffer;
      let unit = 0;
      let readSamples = 0;
      let beforeStart = 0;
      const samples = new Float32Array(UNIT).fill(0.1);
      for (const step of actions) {
        if (step.kind === "bump") epoch.bump();
        else if (step.kind === "skip") buffer.skipToTarget();
        else if (step.kind === "write") {
          buffer.write(
            { mediaSample: unit * UNIT, epoch: epoch.current, flags: UNIT_FLAG.speech, samples },
            unit++,
          );
        } else if (step.kind === "read") {
          const out = new Float32Array(step.samples);
          const insertedBefore = gauges.get("insertedSamples");
          const consumedBefore = gauges.get("consumedSamples");
          buffer.read(out);
          readSamples += step.samples;
          if (gauges.get("consumedSamples") === 0) beforeStart += step.samples;
          else if (consumedBefore === 0) {
            const inserted = gauges.get("insertedSamples") - insertedBefore;
            beforeStart += step.samples - inserted - gauges.get("consumedSamples");
          }
        }
        const written = unit * UNIT - gauges.get("droppedUnits") * UNIT;
        assertEquals(written - gauges.get("consumedSamples"), buffer.queuedSamples);
        const played = gauges.get("consumedSamples") - gauges.get("skippedSamples");
        // A skip before the first read consumes before anything is heard.
        if (gauges.get("skippedSamples") === 0) {
          assertEquals(played + gauges.get("insertedSamples") + beforeStart, readSamples);
        }
        assertLessOrEqual(buffer.queuedSamples, PlaybackBuffer.ringShape(SHAPE).slots * UNIT);
      }
    }),
    { numRuns: 200 },
  );
});

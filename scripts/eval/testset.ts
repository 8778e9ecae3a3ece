/**
 * Test sets as scripts/training/testsets/build.py leaves them: manifests, sounds and labels.
 *
 * In: the folder they lie in. Out: utterances by set and part, and for each its samples and frames. A set that is not
 * there is an InputFault that says how to make it.
 */
import { join } from "node:path";
import { z } from "zod";
import { InputFault, oneLine } from "../../src/errors/mod.ts";
import { FEATURE_RATE_HZ } from "../../src/time/mod.ts";
import { Frames } from "./frames.ts";

const manifestShape = z.object({
  set: z.string(),
  part: z.string(),
  language: z.string(),
  voice: z.string(),
  utterances: z.array(z.object({ name: z.string(), seconds: z.number(), frames: z.number() })),
  leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
});

/** One voice of a set. */
export interface TestPart {
  readonly set: string;
  readonly part: string;
  readonly language: string;
  readonly voice: string;
  readonly utterances: readonly TestUtterance[];
  /** Recordings whose labels could not be trusted. */
  readonly leftOut: number;
}

export interface TestUtterance {
  /** Path without an ending. */
  readonly path: string;
  readonly seconds: number;
}

const HEADER_BYTES = 44;

/** The parts of a set, by name; at most `limit` utterances of each. */
export function readSet(root: string, set: string, limit = Infinity): TestPart[] {
  const folder = join(root, set);
  const names = manifestNames(folder);
  if (names.length === 0) {
    throw new InputFault(
      `test set "${set}" is not there, wanted: /usr/bin/python3 scripts/training/testsets/build.py --sets ${set}`,
      { code: "no_test_set" },
    );
  }
  return names.map((name) => readPart(folder, name, limit));
}

function manifestNames(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".json"))
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function readPart(folder: string, name: string, limit: number): TestPart {
  try {
    const manifest = manifestShape.parse(JSON.parse(Deno.readTextFileSync(join(folder, name))));
    const utterances = manifest.utterances.slice(0, limit).map(({ name, seconds }) => ({
      path: join(folder, name),
      seconds,
    }));
    return { ...manifest, utterances, leftOut: manifest.leftOut.length };
  } catch (error) {
    throw new InputFault(`test set's ${name} cannot be read (${oneLine(error)}), wanted it made anew`, {
      code: "bad_test_set",
      cause: error,
    });
  }
}

/** The labels of an utterance, or what a peer's table says of it ("allphone"). */
export function readFrames(utterance: TestUtterance, table: "frames" | "allphone"): Frames {
  return Frames.fromTable(Deno.readTextFileSync(`${utterance.path}.${table}.tsv`));
}

/** Samples in -1..1 of one of the sets' own WAV files: 16 bit PCM, 16 kHz, mono, a header of 44 bytes. */
export function readSound(utterance: TestUtterance): Float32Array {
  const bytes = Deno.readFileSync(`${utterance.path}.wav`);
  const header = new DataView(bytes.buffer);
  const rateHz = header.getUint32(24, true);
  if (rateHz !== FEATURE_RATE_HZ || header.getUint16(22, true) !== 1 || header.getUint16(34, true) !== 16) {
    throw new InputFault(`${utterance.path}.wav is no 16 kHz mono 16 bit sound, wanted it made anew`, {
      code: "bad_test_set",
    });
  }
  return Float32Array.from(new Int16Array(bytes.buffer, HEADER_BYTES), (value) => value / 32768);
}

/**
 * `deno task eval:visemes`: how right the lip-sync networks are, through the code that ships, beside simpler mouths.
 *
 * Test sets are made (once) by scripts/training/testsets/build.py under .cache/eval; log-mel, network and the rest are
 * those of src/. Exit code 0 whatever was measured, 2 for a mistake or something missing, in one line.
 */
import { parseArgs } from "@std/cli";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InputFault, oneLine } from "../src/errors/mod.ts";
import { SHIPPED_MODELS } from "../src/lipsync/mod.ts";
import { EnergyMouth } from "./eval/energy_mouth.ts";
import type { Guesser } from "./eval/guesser.ts";
import { LoudnessMouth } from "./eval/loudness_mouth.ts";
import { measure } from "./eval/measure.ts";
import { MfccMouth } from "./eval/mfcc_mouth.ts";
import { NetworkMouth } from "./eval/network_mouth.ts";
import { withMetrics, withTables } from "./eval/publish.ts";
import { isRecognised, RecognisedMouth } from "./eval/recognised_mouth.ts";
import { published, SETS, summary } from "./eval/report.ts";
import { Results } from "./eval/results.ts";
import { readFrames, readSet, readSound } from "./eval/testset.ts";
import { UsualMouths } from "./eval/usual_mouths.ts";

const PROJECT = fileURLToPath(new URL("../", import.meta.url));
const CACHE = join(PROJECT, ".cache", "eval");
const BUILD = join(PROJECT, "scripts", "training", "testsets", "build.py");
const DOCUMENT = join(PROJECT, "docs", "visemes.md");
const PYTHON = Deno.env.get("LIPCAM_PYTHON") ?? "/usr/bin/python3";
const PUBLISHED = ["c", "b", "a", "noisy"] as const;

const USAGE =
  `usage: deno task eval:visemes [--sets LIST] [--model FOLDER] [--limit N] [--json FILE] [--write-metrics]

Measures the shipped lip-sync networks, and simpler mouths beside them, on speech they were not trained on.

  --sets LIST       of c (people), b (other synthesisers), a (espeak-ng, held out) and noisy; all without it
  --model FOLDER    a model's folder, may be given again; every models/viseme* without it
  --limit N         at most N utterances of each voice
  --json FILE       everything measured: by language, voice and viseme, with confusions
  --write-metrics   the figures into docs/visemes.md and each model.json
  --cache FOLDER    where the test sets are or are made; .cache/eval without it
  --no-peers        the networks alone, without the simpler mouths
  --no-build        do not make what is missing of the test sets
  --smoke           a few utterances of espeak-ng and nothing else, in seconds
  --help            this text`;

interface Options {
  readonly sets: readonly string[];
  readonly models: readonly string[];
  readonly limit: number;
  readonly json: string | undefined;
  readonly cache: string;
  readonly isWriting: boolean;
  readonly isBuilding: boolean;
  readonly hasPeers: boolean;
  readonly isSmoke: boolean;
}

function optionsOf(args: readonly string[]): Options {
  const booleans = ["write-metrics", "build", "peers", "smoke", "help"];
  const strings = ["sets", "model", "limit", "json", "cache"];
  const flags = parseArgs(args, {
    boolean: booleans,
    string: strings,
    collect: ["model"],
    negatable: ["build", "peers"],
    default: { build: true, peers: true },
    unknown: (argument) => {
      throw new InputFault(
        `nothing is called ${JSON.stringify(argument)}, wanted ${strings.join(", ")} or --help`,
        {
          code: "unknown_flag",
        },
      );
    },
  });
  const text = (name: string) => flags[name] === undefined ? undefined : String(flags[name]);
  const sets = flags["smoke"] === true ? ["smoke"] : text("sets")?.split(",") ?? [...PUBLISHED];
  const unknown = sets.find((set) => !Object.hasOwn(SETS, set));
  if (unknown !== undefined) {
    throw new InputFault(`no set is called "${unknown}", wanted some of ${PUBLISHED.join(",")}`, {
      code: "bad_set",
    });
  }
  const limit = text("limit");
  if (limit !== undefined && !/^[1-9][0-9]{0,5}$/.test(limit)) {
    throw new InputFault(`--limit ${JSON.stringify(limit)}, wanted a number from 1`, { code: "bad_limit" });
  }
  const models = (flags["model"] as string[] | undefined) ?? [];
  return {
    sets,
    models: models.length > 0 ? models : shippedNetworks(),
    limit: limit === undefined ? Infinity : Number(limit),
    json: text("json"),
    cache: text("cache") ?? CACHE,
    isWriting: flags["write-metrics"] === true,
    isBuilding: flags["build"] === true,
    hasPeers: flags["peers"] === true,
    isSmoke: flags["smoke"] === true,
  };
}

/** Folders of the viseme networks that come along, "viseme" first. */
function shippedNetworks(): string[] {
  const names = [...Deno.readDirSync(SHIPPED_MODELS)].map(({ name }) => name);
  return names.filter((name) => name.startsWith("viseme")).sort().map((name) => join(SHIPPED_MODELS, name));
}

/** Makes what is missing of the sets; says what is wrong in one line, as the script does. */
async function build(sets: readonly string[], cache: string): Promise<void> {
  const isSmoke = sets.includes("smoke");
  const which = isSmoke ? ["--smoke"] : ["--sets", [...sets, "codebook"].join(",")];
  const args = [BUILD, ...which, "--root", cache];
  try {
    const { success, stderr } = await new Deno.Command(PYTHON, { args, stdout: "inherit", stderr: "piped" })
      .output();
    if (success) return;
    const lines = new TextDecoder().decode(stderr).trim().split("\n");
    throw new InputFault((lines.at(-1) ?? "").replace("testsets: ", ""), { code: "no_test_set" });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputFault(`${PYTHON} does not exist, wanted Debian's Python (LIPCAM_PYTHON names another)`, {
      code: "no_python",
      cause: error,
    });
  }
}

/** The mouths beside the networks; those that learn do so from the codebook. */
function peers({ cache, hasPeers, isSmoke, limit }: Options): Guesser[] {
  if (!hasPeers) return [];
  if (isSmoke) return [new EnergyMouth()];
  const mfcc = new MfccMouth();
  const usual = new UsualMouths();
  for (const { utterances } of readSet(cache, "codebook", limit)) {
    for (const utterance of utterances) {
      const labels = readFrames(utterance, "frames");
      mfcc.learn(readSound(utterance), labels);
      usual.add(labels);
    }
  }
  mfcc.settle();
  return [new LoudnessMouth(usual), new EnergyMouth(), mfcc, new RecognisedMouth()];
}

async function run(options: Options): Promise<void> {
  const networks: NetworkMouth[] = [];
  try {
    for (const folder of options.models) {
      const path = resolve(folder);
      networks.push(await NetworkMouth.open(basename(path), [dirname(path)]));
    }
    if (options.isBuilding) await build(options.sets, options.cache);
    const guessers = [...networks, ...peers(options)];
    const results = new Results();
    for (const set of options.sets) {
      const isHeard = readSet(options.cache, set, options.limit).every(({ utterances }) =>
        utterances.every(isRecognised)
      );
      if (!isHeard) {
        console.error(`set ${set}: measured without the recogniser, which has not heard all of it`);
      }
      const present = guessers.filter((guesser) => isHeard || !(guesser instanceof RecognisedMouth));
      await measure(readSet(options.cache, set, options.limit), present, results, ({ part, utterances }) => {
        console.error(`set ${set}: ${part}, ${utterances.length} utterances`);
      });
    }
    console.log(summary(results));
    if (options.json !== undefined) {
      Deno.writeTextFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`);
    }
    if (options.isWriting) write(options, results, networks.map((network) => network.name));
  } finally {
    for (const network of networks) network[Symbol.dispose]();
  }
}

function write({ models }: Options, results: Results, names: readonly string[]): void {
  const [first, ...others] = names;
  const tables = published(results, first!, [...others, "pocketsphinx"]);
  Deno.writeTextFileSync(DOCUMENT, withTables(Deno.readTextFileSync(DOCUMENT), tables));
  models.forEach((folder, index) => {
    const path = join(folder, "model.json");
    Deno.writeTextFileSync(path, withMetrics(Deno.readTextFileSync(path), results, names[index]!));
  });
  const written = [DOCUMENT, ...models.map((folder) => join(folder, "model.json"))];
  new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...written], cwd: PROJECT }).outputSync();
}

try {
  if (Deno.args.includes("--help")) console.log(USAGE);
  else await run(optionsOf(Deno.args));
} catch (error) {
  if (!(error instanceof InputFault)) throw error;
  console.error(`eval:visemes: ${oneLine(error)}`);
  Deno.exit(error.exitCode);
}

/**
 * `deno task golden DIR`: holds the shipped code against a folder of known answers in the format of tests/golden/musetalk
 * and prints the largest error of each kind. Exit code 1 when one is over its limit, 2 for a folder that cannot be used.
 */
import { EXIT, Fault, oneLine } from "../src/errors/mod.ts";
import { checkAll } from "./golden/checks.ts";
import { KnownAnswers } from "./golden/known_answers.ts";

const USAGE = `usage: deno task golden DIR

Holds the shipped code against the known answers in DIR, such as tests/golden/musetalk, and prints the largest error
of each kind. Exit code 1 where one is over its limit, 2 where DIR cannot be used.`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const [folder, ...more] = args;
  if (folder === undefined || more.length > 0 || folder.startsWith("-")) {
    const is = folder === undefined ? "no folder" : args.join(" ").slice(0, 80);
    console.error(
      `golden: ${JSON.stringify(is)} was given, wanted one folder: deno task golden tests/golden/musetalk`,
    );
    return EXIT.usage;
  }
  try {
    const checks = await checkAll(await KnownAnswers.open(folder));
    for (const { kind, cases, error, limit } of checks) {
      const verdict = cases === 0 ? "not there" : error <= limit ? "ok" : "OVER";
      console.log(
        `${kind.padEnd(26)}${String(cases).padStart(4)} cases   largest error ${
          error.toPrecision(3).padStart(9)
        }   limit ${limit}   ${verdict}`,
      );
    }
    if (checks.every(({ cases }) => cases === 0)) {
      console.error(
        `golden: ${folder} holds nothing that is known here, wanted arrays, windows, vae_pre, decode or blend`,
      );
      return EXIT.usage;
    }
    return checks.some(({ error, limit }) => error > limit) ? EXIT.failed : EXIT.ok;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    console.error(`golden: ${oneLine(error)}`);
    return error.exitCode;
  }
}

Deno.exit(await main(Deno.args));

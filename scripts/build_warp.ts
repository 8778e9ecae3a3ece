/**
 * Compiles src/avatar/posed/warp.as (AssemblyScript) to warp.wasm beside it.
 *
 *   deno run -A --no-config --no-lock scripts/build_warp.ts           writes warp.wasm
 *   deno run -A --no-config --no-lock scripts/build_warp.ts --check   exit 1 where warp.wasm is not what warp.as gives
 *
 * The compiler is 100 MB that only this script wants. Named at run time and without the project's lock it is not
 * among the packages that everybody's first start installs.
 */
const COMPILER = "npm:assemblyscript@0.28.20/asc";

interface Compiler {
  main(
    args: readonly string[],
    files: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: string | Uint8Array): void;
      listFiles(): string[];
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

const SOURCE = new URL("../src/avatar/posed/warp.as", import.meta.url);
const TARGET = new URL("../src/avatar/posed/warp.wasm", import.meta.url);
const OPTIONS = [
  "-O3",
  "--converge",
  "--noAssert",
  "--runtime",
  "stub",
  "--importMemory",
  "--enable",
  "simd",
];

/** The module's bytes. Throws where the source does not compile. */
async function buildWarp(): Promise<Uint8Array> {
  const { default: asc } = await import(COMPILER) as { default: Compiler };
  const text = await Deno.readTextFile(SOURCE);
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["warp.ts", "--outFile", "warp.wasm", ...OPTIONS], {
    readFile: (name: string) => name === "warp.ts" ? text : null,
    writeFile: (name: string, contents: string | Uint8Array) => {
      if (name === "warp.wasm" && typeof contents !== "string") bytes = contents;
    },
    listFiles: () => [],
  });
  if (error || !bytes) throw new Error(`compiling warp.as: ${stderr}`);
  return bytes;
}

const bytes = await buildWarp();
if (Deno.args.includes("--check")) {
  const kept = await Deno.readFile(TARGET);
  const isSame = kept.length === bytes.length && kept.every((byte, at) => byte === bytes[at]);
  console.log(isSame ? "warp.wasm is what warp.as gives" : "warp.wasm is not what warp.as gives");
  Deno.exit(isSame ? 0 : 1);
}
await Deno.writeFile(TARGET, bytes);
console.log(`warp.wasm: ${bytes.length} bytes`);

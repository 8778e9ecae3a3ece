/**
 * Compiles src/avatar/posed/warp.as (AssemblyScript) to warp.wasm beside it.
 *
 *   deno run -A scripts/build_warp.ts           writes warp.wasm
 *   deno run -A scripts/build_warp.ts --check   exit 1 where warp.wasm is not what warp.as gives
 */
// deno-lint-ignore no-import-prefix -- a tool of this script alone, no dependency of the program
import asc from "npm:assemblyscript@0.28.20/asc";

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
export async function buildWarp(): Promise<Uint8Array> {
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

if (import.meta.main) {
  const bytes = await buildWarp();
  if (Deno.args.includes("--check")) {
    const kept = await Deno.readFile(TARGET);
    const isSame = kept.length === bytes.length && kept.every((byte, at) => byte === bytes[at]);
    console.log(isSame ? "warp.wasm is what warp.as gives" : "warp.wasm is not what warp.as gives");
    Deno.exit(isSame ? 0 : 1);
  }
  await Deno.writeFile(TARGET, bytes);
  console.log(`warp.wasm: ${bytes.length} bytes`);
}

/** Lipcam's command line: parses the command, runs it, ends with its exit code. */
import { run, StdoutClosed } from "./src/cli/mod.ts";

/** Whole and at once: a pipe may take a part only, and Deno.exit does not wait for anything. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

Deno.exit(
  await run(Deno.args, {
    environment: Deno.env.toObject(),
    working: Deno.cwd(),
    now: () => new Date(),
    writeOut: (text) => {
      try {
        writeAll(Deno.stdout, text);
      } catch (error) {
        throw error instanceof Deno.errors.BrokenPipe ? new StdoutClosed() : error;
      }
    },
    writeNote: (text) => {
      try {
        writeAll(Deno.stderr, text);
      } catch {
        // Nobody reads stderr any more: there is no other place to say so, and it is no reason to stop speaking.
      }
    },
    input: () => Deno.stdin.readable,
  }),
);

/** Whether memory grows: heap after a forced collection and RSS, at minute 10 and 60 of a simulated programme. */
import { type Figure, single } from "./figure.ts";

interface Reading {
  readonly minute: number;
  readonly heapMb: number;
  readonly rssMb: number;
}

export async function benchMemory(): Promise<Figure[]> {
  const script = new URL("./memory_child.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", script],
  });
  const { stdout, stderr, success } = await command.output();
  if (!success) {
    throw new Error(`the simulated hour failed: ${new TextDecoder().decode(stderr).slice(0, 500)}`);
  }
  const [early, late] = JSON.parse(new TextDecoder().decode(stdout)) as [Reading, Reading];
  return [
    single("heap growth, simulated minute 10 to 60", "MB", late.heapMb - early.heapMb, {
      target: "within 1",
      reaches: ({ max }) => max <= 1,
    }),
    single("RSS growth, simulated minute 10 to 60", "MB", late.rssMb - early.rssMb, {
      target: "within 8",
      peer: "LiveTalking grows",
      reaches: ({ max }) => max <= 8,
    }),
  ];
}

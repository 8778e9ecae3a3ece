/** Runs aiortc as a viewer that is not ours, and answers what it got. */
import type { SyncNote } from "../../../src/control/page/webrtc.ts";

export interface ViewOptions {
  readonly base: string;
  readonly path: "/whep" | "/offer" | "/api/webrtc/offer";
  readonly token?: string;
  readonly avatar?: string;
  readonly seconds: number;
  readonly codec?: "H264" | "VP8";
  /** [second, method, path, body]; SESSION in path and body is the viewer's. */
  readonly requests?: readonly (readonly [number, string, string, unknown?])[];
  /** Ends without a goodbye, as a killed browser does. */
  readonly isSilentEnd?: boolean;
}

export interface Viewed {
  readonly status: number;
  readonly refusal?: string;
  readonly session: string;
  readonly codec: string;
  readonly frames: number;
  /** Seconds since the offer. */
  readonly frameTimes: readonly number[];
  readonly sizes: readonly number[];
  readonly soundBlocks: number;
  /** Of 32 768. */
  readonly loudest: number;
  readonly notes: readonly SyncNote[];
  readonly answers: readonly (readonly [number, string])[];
  /** Brightness of the mouth, every fifth frame. */
  readonly means: readonly number[];
}

const SCRIPT = decodeURIComponent(new URL("./foreign_viewer.py", import.meta.url).pathname);

export async function view(options: ViewOptions): Promise<Viewed> {
  const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
    args: [SCRIPT, JSON.stringify(options)],
    stdin: "null",
    signal: AbortSignal.timeout((options.seconds + 40) * 1000),
  }).output();
  const text = new TextDecoder().decode(stdout);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`the viewer said no JSON: ${text}${new TextDecoder().decode(stderr)}`);
  }
}

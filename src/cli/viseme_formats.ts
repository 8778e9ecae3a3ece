/**
 * How `visemes` prints: JSON, tab-separated values, or the mouth shapes of Rhubarb Lip Sync.
 *
 * In: 20 ms frames in order, then the end. Out: text lines, without their line breaks, as early as they are known.
 */
import { JAW, MOUTH_PARAMETERS, VISEME_COUNT, type VisemeFrame, VISEMES } from "../lipsync/mod.ts";

export const VISEME_FORMATS = ["json", "tsv", "rhubarb"] as const;
export type VisemeFormat = typeof VISEME_FORMATS[number];

export interface VisemeHead {
  readonly file: string;
  readonly model: string;
  readonly frameMs: number;
}

/** Every call answers the lines to print, or "" for none. */
export interface VisemeWriter {
  begin(head: VisemeHead): string;
  frame(frame: VisemeFrame): string;
  end(durationMs: number): string;
}

export function visemeWriter(format: VisemeFormat): VisemeWriter {
  if (format === "json") return new JsonWriter();
  return format === "tsv" ? new TsvWriter() : new RhubarbWriter();
}

/** The likeliest viseme of a frame, as its place in VISEMES. */
function likeliest({ visemes }: VisemeFrame): number {
  let best = 0;
  for (let at = 1; at < VISEME_COUNT; at++) if (visemes[at]! > visemes[best]!) best = at;
  return best;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** One object, a frame a line. */
class JsonWriter implements VisemeWriter {
  #held = "";
  #frameMs = 0;

  begin(head: VisemeHead): string {
    this.#frameMs = head.frameMs;
    return `${JSON.stringify(head).slice(0, -1)},"frames":[`;
  }

  frame(frame: VisemeFrame): string {
    const best = likeliest(frame);
    const entry = {
      ms: frame.frame * this.#frameMs,
      viseme: VISEMES[best]!,
      probability: round(frame.visemes[best]!),
      mouth: Object.fromEntries(MOUTH_PARAMETERS.map((name, at) => [name, round(frame.mouth[at]!)])),
    };
    const line = this.#held; // the comma after a frame depends on whether another comes
    this.#held = JSON.stringify(entry);
    return line === "" ? "" : `${line},`;
  }

  end(durationMs: number): string {
    const last = `],"durationMs":${round(durationMs)}}`;
    return this.#held === "" ? last : `${this.#held}\n${last}`;
  }
}

/** A line of names, then a line a frame. */
class TsvWriter implements VisemeWriter {
  #frameMs = 0;

  begin({ frameMs }: VisemeHead): string {
    this.#frameMs = frameMs;
    return ["ms", "viseme", "probability", ...MOUTH_PARAMETERS].join("\t");
  }

  frame(frame: VisemeFrame): string {
    const best = likeliest(frame);
    const values = [frame.visemes[best]!, ...frame.mouth].map((value) => value.toFixed(3));
    return [frame.frame * this.#frameMs, VISEMES[best]!, ...values].join("\t");
  }

  end(): string {
    return "";
  }
}

/** Mouth shape of each viseme: https://github.com/DanielSWolf/rhubarb-lip-sync#mouth-shapes; two depend on the jaw. */
const RHUBARB: readonly string[] = VISEMES.map((viseme) => ({
  ...{ sil: "X", PP: "A", FF: "G", TH: "B", DD: "B", kk: "B", CH: "B", SS: "B", nn: "B", RR: "E" },
  ...{ aa: "C", E: "C", I: "B", O: "E", U: "F" },
}[viseme]));
const AA = VISEMES.indexOf("aa");
const NN = VISEMES.indexOf("nn");
/** From here on the mouth is wide open, D, and not only open, C. */
const WIDE_JAW = 0.55;
/** From here on a tongue behind the teeth is seen: H. */
const TONGUE_JAW = 0.3;
/** A shape of one frame only is a flicker, but for closed lips and the lip at the teeth. */
const SHORT_SHAPES = new Set(["A", "G"]);

/** Seconds, a tab and a shape wherever the shape changes; the last line is the end of the recording. */
class RhubarbWriter implements VisemeWriter {
  #frameMs = 0;
  #shown = "";
  #next = "";

  begin({ frameMs }: VisemeHead): string {
    this.#frameMs = frameMs;
    return "";
  }

  frame(frame: VisemeFrame): string {
    const best = likeliest(frame);
    let shape = RHUBARB[best]!;
    if (best === AA && frame.mouth[JAW]! >= WIDE_JAW) shape = "D";
    if (best === NN && frame.mouth[JAW]! >= TONGUE_JAW) shape = "H";
    const before = this.#next;
    this.#next = shape;
    const isKept = this.#shown === "" || before === shape || SHORT_SHAPES.has(before);
    if (before === "" || before === this.#shown || !isKept) return "";
    this.#shown = before;
    return `${seconds((frame.frame - 1) * this.#frameMs)}\t${before}`;
  }

  end(durationMs: number): string {
    const only = this.#shown === "" ? `0.00\t${this.#next || "X"}\n` : "";
    return `${only}${seconds(durationMs)}\tX`;
  }
}

/** Truncated to hundredths, as Rhubarb does. */
function seconds(ms: number): string {
  return (Math.floor(ms / 10) / 100).toFixed(2);
}

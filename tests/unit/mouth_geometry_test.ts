/** The checker of mouths finds what is wrong with made-up ones: rectangles for lips, teeth and cavity. */
import { assertThrows } from "@std/assert";
import type { I420Frame } from "../../src/avatar/mod.ts";
import { JAW, PRESS, PUCKER, SPREAD, TEETH } from "../../src/lipsync/mod.ts";
import { assertMouthGeometry, type MouthEye } from "../geometry/mouth_geometry.ts";

const SIZE = { width: 200, height: 160 };
const MIDDLE = { x: 100, y: 60 };

interface Paint {
  readonly luma: number;
  readonly red: number;
}
const SKIN: Paint = { luma: 180, red: 145 };
const LIP: Paint = { luma: 120, red: 165 };
const CAVITY: Paint = { luma: 40, red: 135 };
const TOOTH: Paint = { luma: 210, red: 128 };

interface Flaws {
  readonly pressLeaks?: boolean;
  readonly pressStaysThick?: boolean;
  readonly aaLow?: boolean;
  readonly ooWide?: boolean;
  readonly teethFloat?: boolean;
  readonly noTeeth?: boolean;
}

/** A mouth of 60 pixels between its corners, with the named flaws. */
function madeUp(flaws: Flaws = {}): MouthEye {
  const frame: I420Frame = { ...SIZE, bytes: new Uint8Array(SIZE.width * SIZE.height * 3 / 2) };
  const paint = (mouth: Float32Array) => {
    rectangle(frame, 0, 0, SIZE.width, SIZE.height, SKIN);
    const press = mouth[PRESS]!;
    const lip = press > 0.5 && !flaws.pressStaysThick ? 6 : 14;
    const round = mouth[PUCKER]! > 0.5 && !flaws.ooWide;
    const half = round ? 10 : 30 + 8 * mouth[SPREAD]!;
    const open = (flaws.aaLow ? 14 : 34) * mouth[JAW]! * (1 - press) + (mouth[PUCKER]! + mouth[SPREAD]!) * 6;
    const gap = Math.round(Math.max(open, 10 * mouth[TEETH]!, press > 0.5 && flaws.pressLeaks ? 8 : 0) / 2) *
      2;
    const { x, y } = MIDDLE;
    rectangle(frame, x - half - 4, y - lip, x + half + 4, y + gap + lip, LIP);
    rectangle(frame, x - half, y, x + half, y + gap, CAVITY);
    if (mouth[TEETH]! > 0.5 && !flaws.noTeeth) {
      rectangle(frame, x - half, y, x + half, y + gap - (flaws.teethFloat ? 5 : 0), TOOTH);
    }
    return frame;
  };
  return { paint, middle: MIDDLE, widthPx: 60, hasLips: true };
}

function rectangle(
  frame: I420Frame,
  left: number,
  top: number,
  right: number,
  bottom: number,
  paint: Paint,
): void {
  const { width, height, bytes } = frame;
  for (let y = Math.round(top); y < bottom; y++) {
    for (let x = Math.round(left); x < right; x++) {
      bytes[y * width + x] = paint.luma;
      const chroma = width * height + (y >> 1) * (width >> 1) + (x >> 1);
      bytes[chroma] = 128;
      bytes[chroma + width * height / 4] = paint.red;
    }
  }
}

Deno.test("assertMouthGeometry passes a mouth that presses, opens, rounds and shows its teeth", () => {
  assertMouthGeometry(madeUp());
});

const FLAWS: readonly [string, Flaws, string][] = [
  ["a press that leaves a gap", { pressLeaks: true }, "cavity"],
  ["lips that do not get thinner", { pressStaysThick: true }, "press"],
  ["an aa that hardly opens", { aaLow: true }, "aa opens"],
  ["an oo as wide as the mouth", { ooWide: true }, "oo is"],
  ["an f without teeth", { noTeeth: true }, "pixels of teeth"],
  ["an f whose teeth float over the lip", { teethFloat: true }, "touch the lower lip"],
];

for (const [name, flaws, says] of FLAWS) {
  Deno.test(`assertMouthGeometry refuses ${name}`, () => {
    assertThrows(() => assertMouthGeometry(madeUp(flaws)), Error, says);
  });
}

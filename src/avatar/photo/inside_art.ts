/**
 * Draws what is inside a mouth, in grey: two rows of teeth and a tongue, of the usual sizes.
 *
 * Units: pixels of the frame; `mm` is how many of them a millimetre of the face takes. The origin is the middle of
 * the row's biting edge, or of the tongue's upper edge. White is the thing's own tone.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";

interface Tooth {
  readonly widthMm: number;
  readonly heightMm: number;
  /** How much less far than the middle tooth's its biting edge reaches. */
  readonly shortMm: number;
}

/** From the middle outwards; widths as seen from the front, where the arch turns away (Wheeler's dental anatomy). */
const UPPER: readonly Tooth[] = [
  { widthMm: 8.4, heightMm: 10.5, shortMm: 0 },
  { widthMm: 6.3, heightMm: 9, shortMm: 0.5 },
  { widthMm: 5.6, heightMm: 10, shortMm: 0.3 },
  { widthMm: 4.4, heightMm: 8.5, shortMm: 0.9 },
  { widthMm: 3.4, heightMm: 8, shortMm: 1.4 },
  { widthMm: 3, heightMm: 7, shortMm: 2.3 },
];
const LOWER: readonly Tooth[] = [
  { widthMm: 5.2, heightMm: 9, shortMm: 0 },
  { widthMm: 5.5, heightMm: 9, shortMm: 0.2 },
  { widthMm: 5.2, heightMm: 10, shortMm: 0.1 },
  { widthMm: 4.2, heightMm: 8, shortMm: 0.9 },
  { widthMm: 3.4, heightMm: 8, shortMm: 1.5 },
];
/** Teeth stand farther back, and darker, from here on. */
const ARCH_MM = 31;

/** Upper teeth reach so far below the line between closed lips. */
export const TEETH_BELOW_MM = 1.6;

/** Draws each thing that a mouth shows by `draw`, which gets a painter about the middle of the closed lips. */
export function drawInside<T>(
  mm: number,
  draw: (paint: (context: SKRSContext2D) => void) => T,
): { upperTeeth: T; lowerTeeth: T; tongue: T; tongueTip: T } {
  return {
    upperTeeth: draw((context) => {
      context.translate(0, TEETH_BELOW_MM * mm);
      paintRow(context, UPPER, mm, -1, 1);
    }),
    lowerTeeth: draw((context) => paintRow(context, LOWER, mm, 1, 0.92)),
    tongue: draw((context) => paintTongue(context, mm)),
    tongueTip: draw((context) => paintTongueTip(context, mm)),
  };
}

/** `towards` is where the gum lies: -1 above, 1 below. */
function paintRow(
  context: SKRSContext2D,
  teeth: readonly Tooth[],
  mm: number,
  towards: number,
  light: number,
): void {
  // What is seen between two teeth are their sides, not the dark behind.
  const whole = teeth.reduce((sum, { widthMm }) => sum + widthMm, 0) * mm;
  context.fillStyle = grey(light * 0.62);
  context.fillRect(-whole * 0.9, towards > 0 ? 1.6 * mm : -9 * mm, whole * 1.8, 7.4 * mm);
  for (const side of [-1, 1]) {
    let from = 0;
    for (const { widthMm, heightMm, shortMm } of teeth) {
      const middle = from + widthMm / 2;
      const tone = light * (1 - 0.5 * (middle / ARCH_MM) ** 2);
      const across = context.createLinearGradient(side * from * mm, 0, side * (from + widthMm) * mm, 0);
      across.addColorStop(0, grey(tone * 0.93));
      across.addColorStop(0.16, grey(tone * 0.985));
      across.addColorStop(0.5, grey(tone));
      across.addColorStop(0.84, grey(tone * 0.97));
      across.addColorStop(1, grey(tone * 0.9));
      context.fillStyle = across;
      const edge = towards * shortMm * mm;
      const root = edge + towards * heightMm * mm;
      const left = side * (from + 0.05) * mm;
      const right = side * (from + widthMm - 0.05) * mm;
      const round = 0.8 * mm;
      context.beginPath();
      context.moveTo(left, root);
      context.lineTo(left, edge + towards * round);
      context.quadraticCurveTo(left, edge, left + side * round, edge);
      context.lineTo(right - side * round * 1.2, edge + towards * 0.15 * mm);
      context.quadraticCurveTo(right, edge + towards * 0.2 * mm, right, edge + towards * round * 1.3);
      context.lineTo(right, root);
      context.closePath();
      context.fill();
      from += widthMm;
    }
  }
  // Where two teeth meet and towards the gum less light falls; the very edge is a little translucent.
  const reach = ARCH_MM * 1.2 * mm;
  const down = context.createLinearGradient(0, 0, 0, towards * 11 * mm);
  down.addColorStop(0, "rgba(90,90,90,0.14)");
  down.addColorStop(0.12, "rgba(90,90,90,0)");
  down.addColorStop(0.5, "rgba(40,40,40,0.05)");
  down.addColorStop(1, "rgba(20,20,20,0.55)");
  context.globalCompositeOperation = "source-atop";
  context.fillStyle = down;
  context.fillRect(-reach, Math.min(-3 * mm, towards * 14 * mm), 2 * reach, 17 * mm);
  context.globalCompositeOperation = "source-over";
}

function paintTongue(context: SKRSContext2D, mm: number): void {
  const half = 17 * mm;
  const height = 17 * mm;
  const body = context.createRadialGradient(0, height * 0.55, 0, 0, height * 0.6, half * 1.05);
  body.addColorStop(0, grey(1));
  body.addColorStop(0.55, grey(0.9));
  body.addColorStop(1, grey(0.5));
  context.fillStyle = body;
  context.beginPath();
  context.moveTo(-half, height);
  context.bezierCurveTo(-half, height * 0.25, -half * 0.55, 0, 0, 0.6 * mm);
  context.bezierCurveTo(half * 0.55, 0, half, height * 0.25, half, height);
  context.closePath();
  context.fill();
  // The back lies deeper than the tip, and the middle a little deeper than the sides.
  const back = context.createLinearGradient(0, 0, 0, height);
  back.addColorStop(0, "rgba(0,0,0,0.6)");
  back.addColorStop(0.35, "rgba(0,0,0,0.15)");
  back.addColorStop(0.6, "rgba(0,0,0,0)");
  const groove = context.createLinearGradient(-4 * mm, 0, 4 * mm, 0);
  groove.addColorStop(0, "rgba(0,0,0,0)");
  groove.addColorStop(0.5, "rgba(0,0,0,0.2)");
  groove.addColorStop(1, "rgba(0,0,0,0)");
  context.globalCompositeOperation = "source-atop";
  for (const shade of [back, groove]) {
    context.fillStyle = shade;
    context.fillRect(-half, 0, 2 * half, height);
  }
  context.globalCompositeOperation = "source-over";
}

/** The tip alone, as it is seen before or between the teeth; the origin is its upper edge. */
function paintTongueTip(context: SKRSContext2D, mm: number): void {
  const half = 10.5 * mm;
  const height = 8 * mm;
  const body = context.createRadialGradient(0, height * 0.5, 0, 0, height * 0.5, half);
  body.addColorStop(0, grey(1));
  body.addColorStop(0.5, grey(0.95));
  body.addColorStop(1, grey(0.6));
  context.fillStyle = body;
  context.beginPath();
  context.moveTo(-half, height * 1.4);
  context.bezierCurveTo(-half * 1.02, height * 0.2, -half * 0.5, 0, 0, 0);
  context.bezierCurveTo(half * 0.5, 0, half * 1.02, height * 0.2, half, height * 1.4);
  context.closePath();
  context.fill();
}

function grey(part: number): string {
  const level = Math.round(255 * Math.min(1, Math.max(0, part)));
  return `rgb(${level},${level},${level})`;
}

/**
 * Rig of Personas (Draftbit): flat colours, round heads from the front, thick lines in one dark violet; no brows.
 * Its light and shade are blend modes, which Skia does not know in SVG: they are worked out for the plain colours
 * that they lie on.
 */
import { mixed } from "../backdrop.ts";
import type { Choice } from "../character.ts";
import type { StyleRig } from "../rig.ts";

const VIOLET = "#1b0640";
/** Eyes are dots of 3 units; what is wider is glasses. */
const DOT_MAX = 3.6;
/** Moustaches that hang over the mouth. */
const MOUSTACHES = new Set(["pyramid", "walrus"]);
const HIGHLIGHT = 0.36;
/** The smile that one beard brings along. */
const BEARDED_SMILE = /<path [^>]*fill="#FFFEFD"\/>/;
const BLENDED = /fill="(#\w+)"( fill-opacity="[^"]*")? style="mix-blend-mode:(\w+)"/g;
const NOSE = /<g transform="translate\(24 28\)">[\s\S]*?<\/g>/;

function skinOf(choice: Choice): string {
  return choice.get("skinColor") ?? "#eeb4a4";
}

/** The face is its skin under a light. */
function faceOf(choice: Choice): string {
  const skin = skinOf(choice);
  return mixed(skin, overlaid(skin, "#ffffff"), HIGHLIGHT);
}

/** CSS blend mode "overlay" of two plain colours. Source: W3C Compositing and Blending Level 1, 10.1. */
function overlaid(under: string, over: string): string {
  const channel = (colour: string, at: number) => parseInt(colour.slice(at, at + 2), 16) / 255;
  return "#" + [1, 3, 5].map((at) => {
    const [below, above] = [channel(under, at), channel(over, at)];
    const value = below <= 0.5 ? 2 * below * above : 1 - 2 * (1 - below) * (1 - above);
    return Math.round(value * 255).toString(16).padStart(2, "0");
  }).join("");
}

/** Replaces each blended colour by what it comes to over the last plain colour of the character before it. */
function retouch(svg: string, choice: Choice): string {
  const plain = [skinOf(choice), choice.get("hairColor"), choice.get("clothingColor")];
  const nose = (source: string) =>
    source.replace(BLENDED, (_all, fill) => `fill="${shaded(fill, faceOf(choice))}"`);
  return svg.replace(BEARDED_SMILE, "").replace(NOSE, nose).replace(
    BLENDED,
    (all, fill, opacity, mode, at) => {
      if (mode !== "overlay") return all;
      const before = svg.slice(0, at);
      const under = plain.filter((colour) => colour !== undefined)
        .toSorted((one, other) => before.lastIndexOf(other) - before.lastIndexOf(one))[0]!;
      return `fill="${shaded(fill, under)}"${opacity ?? ""}`;
    },
  );
}

function shaded(fill: string, under: string): string {
  return overlaid(under, fill.length === 4 ? fill.replace(/\w/g, "$&$&") : fill);
}

export const personas: StyleRig = {
  style: "personas",
  load: () => import("@dicebear/personas"),
  components: { mouth: "mouth", eyes: "eyes", beard: "facialHair" },
  always: { clip: false },
  instead: { eyes: { sleep: "open", wink: "open", happy: "open" } },
  middleX: 32,
  head: { x: 32, y: 30, radiusX: 18, radiusY: 17.5, neckX: 32, neckY: 47, shoulderY: 53 },
  bottom: 64,
  mouth: {
    within: { left: 31.5, top: 40.6, right: 33, bottom: 41.6 },
    halfWidthMin: 3.7,
    halfWidthMax: 4.5,
    drop: 0.95,
    lowest: 45.4,
    riseDegrees: 0,
    openLine: 0.6,
    closedLine: 1.9,
    isInked: false,
    mood: { frown: -0.8, surprise: 0, pacifier: 0.2, lips: 0.2 },
    moodElse: 0.8,
  },
  eyes: { lidLine: 1.3, lidHalfWidthMin: 2.3, glanceX: 0.8, glanceY: 0.5, meet: 0.6, sag: 0.35 },
  brows: { lift: 1, tiltDegrees: 10 },
  role: ({ bounds }, part) => {
    if (part === "mouth") return "mouth";
    return bounds.right - bounds.left < DOT_MAX && bounds.bottom - bounds.top < DOT_MAX ? "eye" : "still";
  },
  ink: (choice) => {
    const skin = faceOf(choice);
    const ink = { skin, line: VIOLET, cavity: VIOLET, teeth: "#ffffff", tongue: "#f57b98" };
    return choice.get("facialHair") === "beardMustache" ? { ...ink, halo: skin } : ink;
  },
  isBeardBehind: (choice) => !MOUSTACHES.has(choice.get("facialHair") ?? ""),
  retouch,
};

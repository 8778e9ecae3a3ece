/**
 * Rig of Adventurer (Lisa Wischofsky): round heads with thin black outlines and large eyes, turned to the left. The
 * style has heads alone; neck and jumper of ours stand behind them.
 */
import { mixed } from "../backdrop.ts";
import type { Choice } from "../character.ts";
import type { StyleRig } from "../rig.ts";

const JUMPER = "M86 960C92 764 172 688 332 652C352 704 444 704 464 652C624 688 704 764 710 960Z";
const NECK = "M338 540V690C350 730 446 730 458 690V540Z";
const OUTLINE = 'stroke="#000" stroke-width="6.5" stroke-linejoin="round"';
/** Discs and lids are wider than this, pupils and their lights are not. */
const PUPIL_WIDTH_MAX = 76;
/** Where pupils are; lines beside and below the eyes lie farther out. */
const PUPILS = { top: 365, bottom: 462, left: [180, 275], right: [338, 452] } as const;

/** The style's own red of an open mouth is lost on these. */
const DARK_SKINS = new Set(["#763900", "#9e5622"]);

function skinOf(choice: Choice): string {
  return choice.get("skinColor") ?? "#f2d3b1";
}

export const adventurer: StyleRig = {
  style: "adventurer",
  load: () => import("@dicebear/adventurer"),
  components: { mouth: "mouth", eyes: "eyes", brows: "eyebrows" },
  always: { clip: false },
  instead: {
    // Shut, or with a pupil that is one with the lid.
    eyes: {
      variant22: "variant24",
      variant21: "variant24",
      variant20: "variant03",
      variant19: "variant24",
      variant18: "variant15",
      variant17: "variant15",
      variant16: "variant15",
      variant14: "variant07",
      variant13: "variant25",
      variant12: "variant26",
      variant11: "variant25",
      variant05: "variant02",
      variant04: "variant03",
    },
  },
  middleX: 305,
  head: { x: 380, y: 390, radiusX: 245, radiusY: 226, neckX: 396, neckY: 616, shoulderY: 680 },
  bottom: 830,
  mouth: {
    within: { left: 298, top: 494, right: 342, bottom: 556 },
    halfWidthMin: 46,
    halfWidthMax: 66,
    drop: 0.9,
    lowest: 594,
    riseDegrees: 0,
    openLine: 6,
    closedLine: 8,
    isInked: false,
    mood: {
      variant18: 0,
      variant17: 0,
      variant14: -0.3,
      variant13: -0.5,
      variant12: -0.4,
      variant11: 0,
      variant09: 0,
    },
    moodElse: 0.6,
  },
  eyes: { lidLine: 6, lidHalfWidthMin: 30, glanceX: 8, glanceY: 5, meet: 0.66, sag: 0.3 },
  brows: { lift: 12, tiltDegrees: 9 },
  role: ({ fill, bounds: { left, top, right, bottom } }, part) => {
    if (part === "mouth") return "mouth";
    if (part === "brows") return "brow";
    const middle = (left + right) / 2;
    const isBetween = ([from, to]: readonly [number, number]) => middle > from && middle < to;
    if (right - left > PUPIL_WIDTH_MAX) return fill === "#fff" ? "white" : "eye";
    const isPupil = top > PUPILS.top && bottom < PUPILS.bottom &&
      (isBetween(PUPILS.left) || isBetween(PUPILS.right));
    return isPupil ? "pupil" : "still";
  },
  ink: (choice) => ({
    skin: skinOf(choice),
    line: "#000000",
    cavity: DARK_SKINS.has(skinOf(choice)) ? "#4f1626" : "#8f2e45",
    teeth: "#ffffff",
    tongue: "#ea869e",
  }),
  isBeardBehind: () => false,
  clothes: (choice, tint) =>
    `<path d="${NECK}" fill="${mixed(skinOf(choice), "#30100c", 0.16)}" ${OUTLINE}/>` +
    `<path d="${JUMPER}" fill="${tint}" ${OUTLINE}/>`,
};

/** Rig of Notionists (Zoish): black brush lines on white, the face turned a little to the right. */
import type { Choice } from "../character.ts";
import type { Ink, StyleRig } from "../rig.ts";

/** Beards that grow around the mouth; moustaches hang over it. */
const BEARDS = new Set(["variant12", "variant08", "variant02", "variant01"]);
const INK: Ink = { skin: "#ffffff", line: "#000000", cavity: "#000000", teeth: "#ffffff", tongue: "#ffffff" };
/** Bags under the eyes lie below. */
const BAGS_TOP = 796;

function isBearded(choice: Choice): boolean {
  return BEARDS.has(choice.get("beard") ?? "");
}

export const notionists: StyleRig = {
  style: "notionists",
  load: () => import("@dicebear/notionists"),
  components: { mouth: "lips", eyes: "eyes", brows: "brows", beard: "beard" },
  always: { clip: false },
  instead: { eyes: { variant03: "variant01" } },
  middleX: 945,
  head: { x: 880, y: 740, radiusX: 235, radiusY: 345, neckX: 860, neckY: 1090, shoulderY: 1200 },
  bottom: 1440,
  mouth: {
    within: { left: 890, top: 938, right: 952, bottom: 966 },
    halfWidthMin: 54,
    halfWidthMax: 66,
    drop: 0.95,
    lowest: 1045,
    riseDegrees: 0,
    openLine: 8,
    closedLine: 15,
    isInked: true,
    mood: {
      variant29: 0,
      variant27: -0.3,
      variant24: -0.2,
      variant20: -0.4,
      variant19: -0.6,
      variant18: -0.6,
      variant16: 0,
      variant15: 0,
      variant13: 0,
      variant09: 0,
      variant07: -0.4,
      variant04: 0,
      variant02: -0.1,
      variant01: -0.1,
    },
    moodElse: 0.6,
  },
  eyes: { lidLine: 12, lidHalfWidthMin: 32, glanceX: 9, glanceY: 6, meet: 0.6, sag: 0.3 },
  brows: { lift: 15, tiltDegrees: 10 },
  role: (shape, part) => {
    if (part === "mouth") return "mouth";
    if (part === "brows") return "brow";
    return shape.bounds.top > BAGS_TOP ? "still" : "eye";
  },
  ink: (choice) => isBearded(choice) ? { ...INK, halo: INK.skin } : INK,
  isBeardBehind: isBearded,
};

/**
 * Rig of Lorelei (Lisa Wischofsky): black brush lines on white, the face turned to the right. The style ends at the
 * neck; a plain jumper of ours goes on from there.
 */
import type { Choice } from "../character.ts";
import type { StyleRig } from "../rig.ts";

const JUMPER = "M40 1200C60 1000 112 912 280 834C338 930 590 930 674 809C848 880 930 980 960 1200Z";
/** Skin down to the collar, where some heads end before it. */
const NECKLINE = "M280 838L325 838L607 804L676 813C600 940 340 940 280 838Z";

function skinOf(choice: Choice): string {
  return choice.get("skinColor") ?? "#ffffff";
}

export const lorelei: StyleRig = {
  style: "lorelei",
  load: () => import("@dicebear/lorelei"),
  components: { mouth: "mouth", eyes: "eyes", brows: "eyebrows", beard: "beard", head: "head" },
  always: { clip: false },
  instead: {
    eyes: {
      variant22: "variant21",
      variant19: "variant24",
      variant18: "variant24",
      variant15: "variant10",
      variant01: "variant11",
    },
  },
  middleX: 588,
  head: { x: 480, y: 440, radiusX: 240, radiusY: 300, neckX: 470, neckY: 770, shoulderY: 866 },
  bottom: 996,
  mouth: {
    within: { left: 540, top: 612, right: 620, bottom: 668 },
    halfWidthMin: 56,
    halfWidthMax: 80,
    drop: 0.9,
    lowest: 708,
    riseDegrees: 4,
    openLine: 6.5,
    closedLine: 12,
    isInked: true,
    mood: {
      happy12: 0.3,
      happy18: 0.1,
      sad01: -0.3,
      sad02: 0,
      sad03: 0,
      sad04: -0.7,
      sad05: -0.4,
      sad06: -0.3,
      sad07: -0.4,
      sad08: -0.2,
      sad09: 0,
    },
    moodElse: 0.7,
  },
  eyes: { lidLine: 9, lidHalfWidthMin: 26, glanceX: 8, glanceY: 5, meet: 0.72, sag: 0.25 },
  brows: { lift: 15, tiltDegrees: 9 },
  role: (_shape, part) => part === "mouth" ? "mouth" : part === "brows" ? "brow" : "eye",
  ink: (choice) => {
    const skin = skinOf(choice);
    const isBearded = choice.has("beard");
    // On a beard of its own colour the style makes the mouth white.
    const line = isBearded ? choice.get("hairColor") ?? "#000000" : choice.get("mouthColor") ?? "#000000";
    const ink = { skin, line, cavity: line, teeth: "#ffffff", tongue: "#ffffff" };
    return isBearded ? { ...ink, halo: skin } : ink;
  },
  isBeardBehind: () => true,
  clothes: (choice, tint) =>
    `<path d="${NECKLINE}" fill="${skinOf(choice)}"/>` +
    `<path d="${JUMPER}" fill="${tint}" stroke="#000" stroke-width="11" stroke-linejoin="round"/>`,
};

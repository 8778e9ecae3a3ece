/**
 * Rig of Lorelei (Lisa Wischofsky): black brush lines on white, the face turned to the right. The style ends at the
 * neck; a plain jumper of ours goes on from there.
 */
import type { StyleRig } from "../rig.ts";

const JUMPER = "M40 1200C60 1010 120 930 300 858C350 942 600 946 690 832C850 900 930 990 960 1200Z";

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
  head: { x: 480, y: 440, radiusX: 240, radiusY: 300, neckX: 470, neckY: 770, shoulderY: 880 },
  bottom: 1010,
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
    const skin = choice.get("skinColor") ?? "#ffffff";
    const isBearded = choice.has("beard");
    // On a beard of its own colour the style makes the mouth white.
    const line = isBearded ? choice.get("hairColor") ?? "#000000" : choice.get("mouthColor") ?? "#000000";
    const ink = { skin, line, cavity: line, teeth: "#ffffff", tongue: "#ffffff" };
    return isBearded ? { ...ink, halo: skin } : ink;
  },
  isBeardBehind: () => true,
  clothes: (_choice, tint) =>
    `<path d="${JUMPER}" fill="${tint}" stroke="#000" stroke-width="11" stroke-linejoin="round"/>`,
};

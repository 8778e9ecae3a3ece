/** Rig of the Avatar Illustration System (Micah Lanier): even black outlines, the head leans a little to the left. */
import type { StyleRig } from "../rig.ts";

/** Dark red, to be told from a black beard. */
const BEARDED_CAVITY = "#47191d";

export const micah: StyleRig = {
  style: "micah",
  load: () => import("@dicebear/micah"),
  components: { mouth: "mouth", eyes: "eyes", brows: "eyebrows" },
  always: { clip: false },
  instead: { eyes: { smiling: "eyes", smilingShadow: "eyesShadow" } },
  middleX: 190,
  head: { x: 181, y: 156, radiusX: 84, radiusY: 108, neckX: 176, neckY: 266, shoulderY: 296 },
  bottom: 358,
  mouth: {
    within: { left: 196, top: 206, right: 207, bottom: 214 },
    halfWidthMin: 25,
    halfWidthMax: 31,
    drop: 1,
    lowest: 246,
    riseDegrees: 5,
    openLine: 3.4,
    closedLine: 5.2,
    isInked: false,
    mood: { surprised: 0.1, nervous: 0, sad: -0.8, pucker: 0, frown: -0.9, smirk: 0.7, smile: 0.9 },
    moodElse: 0.8,
  },
  eyes: { lidLine: 4, lidHalfWidthMin: 11, glanceX: 4.5, glanceY: 3, meet: 0.62, sag: 0.35 },
  brows: { lift: 7, tiltDegrees: 12 },
  role: (shape, part) => {
    if (part === "mouth") return "mouth";
    if (part === "brows") return "brow";
    return shape.stroke === undefined ? "eye" : "still"; // glasses are strokes
  },
  ink: (choice) => {
    const skin = choice.get("baseColor") ?? "#f9c9b6";
    // On a beard of its own colour the style makes the mouth a breath of white, with an alpha of two more digits.
    const colour = choice.get("mouthColor") ?? "#000000";
    const line = colour.length === 7 ? colour : "#000000";
    const ink = { skin, line, cavity: line, teeth: "#ffffff", tongue: "#fc909f" };
    return choice.get("facialHair") === "beard" ? { ...ink, cavity: BEARDED_CAVITY, halo: skin } : ink;
  },
  isBeardBehind: () => true,
};

/** Rig of Avataaars (Pablo Stanley): flat colours without outlines, the face seen from the front. */
import { mixed } from "../backdrop.ts";
import type { Choice } from "../character.ts";
import type { StyleRig } from "../rig.ts";

/** Eyes with a white and a pupil in it; all others are dots. */
const BALLS = new Set(["eyeRoll", "squint", "surprised"]);
const TEAR = "#92D9FF";
/** These grow around the mouth; moustaches hang over it. */
const BEARDS = new Set(["beardLight", "beardMajestic", "beardMedium"]);

function isBearded(choice: Choice): boolean {
  return BEARDS.has(choice.get("facialHair") ?? "");
}

/** Dark red, to be told from a black beard. */
const BEARDED_CAVITY = "#47191d";

export const avataaars: StyleRig = {
  style: "avataaars",
  load: () => import("@dicebear/avataaars"),
  components: { mouth: "mouth", eyes: "eyes", brows: "eyebrows", beard: "facialHair" },
  always: { clip: false, style: ["default"], backgroundColor: [] },
  instead: {
    eyes: { closed: "default", happy: "default", wink: "default", winkWacky: "surprised", xDizzy: "default" },
  },
  middleX: 140,
  head: { x: 140, y: 116, radiusX: 72, radiusY: 82, neckX: 140, neckY: 188, shoulderY: 214 },
  bottom: 280,
  mouth: {
    within: { left: 139, top: 152, right: 141, bottom: 157 },
    halfWidthMin: 14,
    halfWidthMax: 18,
    drop: 1.05,
    lowest: 176,
    riseDegrees: 0,
    openLine: 1.4,
    closedLine: 4.6,
    isInked: false,
    mood: { concerned: -0.3, disbelief: -0.6, grimace: 0, sad: -0.8, screamOpen: 0, serious: 0, vomit: -0.3 },
    moodElse: 0.75,
  },
  eyes: { lidLine: 3.2, lidHalfWidthMin: 9, glanceX: 3.4, glanceY: 2.2, meet: 0.62, sag: 0.42 },
  brows: { lift: 5, tiltDegrees: 13 },
  role: (shape, part, choice) => {
    if (part === "mouth") return "mouth";
    if (part === "brows") return "brow";
    if (shape.fill === TEAR) return "still";
    if (!BALLS.has(choice.get("eyes") ?? "")) return "eye";
    return shape.fill === "#fff" ? "white" : "pupil";
  },
  ink: (choice) => {
    const skin = choice.get("skinColor") ?? "#edb98a";
    const dark = mixed(skin, "#000000", 0.72);
    const ink = { skin, line: dark, cavity: dark, teeth: "#ffffff", tongue: "#ff4f6d" };
    return isBearded(choice) ? { ...ink, cavity: BEARDED_CAVITY, halo: skin } : ink;
  },
  isBeardBehind: isBearded,
};

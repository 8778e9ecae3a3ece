/**
 * Rig of Open Peeps (Pablo Stanley): thick black lines, flat colours, the face turned to the right. Eyes, brows, nose
 * and mouth are one component here; its shapes are told apart by where they lie.
 */
import type { Choice } from "../character.ts";
import type { StyleRig } from "../rig.ts";

/** Eyes with a white and a pupil in it; their outlines stay. */
const BALLS = new Set(["awe", "fear", "hectic", "rage"]);
/** Beards around the mouth, and the moustaches that would hide it; the others hang over it. */
const BEARDS = new Set([
  "chin",
  "full",
  "full2",
  "full3",
  "full4",
  "goatee1",
  "goatee2",
  "moustache2",
  "moustache3",
  "moustache5",
]);
const PUPIL_WIDTH_MAX = 60;
const OPEN = "explaining";

function isBearded(choice: Choice): boolean {
  return BEARDS.has(choice.get("facialHair") ?? "");
}

/** Dark red, to be told from a black beard. */
const BEARDED_CAVITY = "#47191d";

export const openPeeps: StyleRig = {
  style: "open-peeps",
  load: () => import("@dicebear/open-peeps"),
  components: { mouth: "face", eyes: "face", beard: "facialHair" },
  always: { clip: false, maskProbability: 0 },
  instead: { face: { cyclops: "smile", monster: "fear" } },
  eyesFrom: {
    calm: OPEN,
    cheeky: OPEN,
    concernedFear: OPEN,
    contempt: OPEN,
    cute: OPEN,
    eatingHappy: OPEN,
    eyesClosed: OPEN,
    smileBig: OPEN,
    smileLOL: OPEN,
    solemn: OPEN,
    tired: OPEN,
  },
  middleX: 470,
  head: { x: 395, y: 340, radiusX: 185, radiusY: 225, neckX: 385, neckY: 570, shoulderY: 640 },
  bottom: 760,
  mouth: {
    within: { left: 454, top: 466, right: 486, bottom: 507 },
    halfWidthMin: 33,
    halfWidthMax: 46,
    drop: 0.95,
    lowest: 537,
    riseDegrees: 0,
    openLine: 6.5,
    closedLine: 12,
    isInked: false,
    mood: {
      angryWithFang: -0.5,
      blank: -0.1,
      concerned: -0.4,
      concernedFear: -0.4,
      eyesClosed: 0,
      fear: -0.2,
      hectic: 0,
      old: 0,
      rage: -0.5,
      serious: -0.1,
      solemn: -0.9,
      suspicious: -0.2,
      tired: -0.2,
      veryAngry: -1,
    },
    moodElse: 0.8,
  },
  eyes: { lidLine: 9, lidHalfWidthMin: 20, glanceX: 5, glanceY: 3.5, meet: 0.6, sag: 0.35 },
  brows: { lift: 10, tiltDegrees: 10 },
  role: ({ fill, bounds }, _part, choice) => {
    const middle = (bounds.top + bounds.bottom) / 2;
    if (middle >= 440 && bounds.top > 430) return "mouth";
    if (middle < 342 && fill !== "#fff") return "brow";
    if (bounds.top >= 367) return "still"; // nose, tears
    if (!BALLS.has(choice.get("face") ?? "")) return "eye";
    if (fill === "#fff") return "white";
    return bounds.right - bounds.left < PUPIL_WIDTH_MAX ? "pupil" : "still";
  },
  ink: (choice) => {
    const skin = choice.get("skinColor") ?? "#edb98a";
    const ink = { skin, line: "#000000", cavity: "#000000", teeth: "#ffffff", tongue: "#ff8181" };
    return isBearded(choice) ? { ...ink, cavity: BEARDED_CAVITY, halo: skin } : ink;
  },
  isBeardBehind: isBearded,
};

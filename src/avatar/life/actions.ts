/** The one-shot movements as curves from rest to rest, added to a pose. Any thread; allocates nothing. */
import { type Action, ACTION_MS, ACTIONS } from "../manner.ts";
import { bump, plateau } from "./noise.ts";
import type { Pose } from "./pose.ts";

/** `part` is 0 (begins) .. 1 (is over): both leave the pose as it is. */
const CURVES: Readonly<Record<Action, (part: number, pose: Pose) => void>> = {
  nod(part, pose) {
    const dip = bump(part / 0.6) + 0.5 * bump((part - 0.45) / 0.55);
    pose.pitch += 0.85 * dip;
    pose.shiftY += 0.45 * dip;
    pose.browLeft += 0.12 * dip;
    pose.browRight += 0.12 * dip;
  },
  shake(part, pose) {
    const swing = Math.sin(4 * Math.PI * part) * Math.sin(Math.PI * part) ** 0.8;
    pose.yaw += 0.95 * swing;
    pose.gazeX -= 0.35 * swing; // the eyes stay on whom they look at
    pose.roll += 0.08 * swing;
  },
  tilt(part, pose) {
    const lean = plateau(part, 0.38);
    pose.roll += 0.8 * lean;
    pose.shiftX += 0.2 * lean;
    pose.browLeft += 0.2 * lean;
    pose.browRight += 0.2 * lean;
  },
  wink(part, pose) {
    const shut = plateau(part, 0.36);
    pose.lidRight += (1 - pose.lidRight) * shut;
    pose.browRight -= 0.35 * shut;
    pose.squint += 0.3 * shut;
    pose.smile += 0.35 * shut;
    pose.roll += 0.18 * shut;
  },
};

const IN_ORDER = ACTIONS.map((action) => CURVES[action]);

/** Adds action `action` (index into ACTIONS; below 0: none) after `actionMs` of it. */
export function act(action: number, actionMs: number, pose: Pose): void {
  if (action < 0) return;
  const part = actionMs / ACTION_MS[action]!;
  if (part > 0 && part < 1) IN_ORDER[action]!(part, pose);
}

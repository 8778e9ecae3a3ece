/** The part of a programme's control that has to do with avatars and engines, for tests that are about something else. */
import type { ProgrammeControl } from "../../src/control/mod.ts";
import { ACTION_NAMES, EXPRESSION_NAMES } from "../../src/text/mod.ts";

type AvatarPart = Pick<
  ProgrammeControl,
  | "acts"
  | "showAvatar"
  | "avatars"
  | "prepare"
  | "jobs"
  | "stopJob"
  | "engines"
  | "hold"
  | "panic"
  | "obs"
  | "orderObs"
>;

export const avatarPart: AvatarPart = {
  acts: () => ({ expressions: EXPRESSION_NAMES, actions: ACTION_NAMES }),
  showAvatar: () => Promise.resolve(),
  avatars: () => ({ shown: "mai", avatars: [] }),
  prepare: () => ({ job: 1, state: "running" }),
  jobs: () => [],
  stopJob: () => Promise.resolve({ job: 1, state: "stopped" }),
  hold: (isOn = true) => ({ isHeld: isOn, isPanic: false }),
  panic: (isOn = true) => ({ isHeld: false, isPanic: isOn }),
  obs: () => Promise.resolve({ director: { state: "off" } }),
  orderObs: (order) => Promise.resolve({ order }),
  engines: () => ({ engine: "auto", models: [] }),
};

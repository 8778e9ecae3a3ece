/** The part of a programme's control that has to do with avatars and engines, for tests that are about something else. */
import type { ProgrammeControl, ProgrammeHouse, WebRtcControl } from "../../src/control/mod.ts";
import { Fault, NotFoundFault } from "../../src/errors/mod.ts";
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

/** No preview: as a programme that was started without --preview. */
export const noPreview: WebRtcControl = {
  isOn: false,
  iceServers: [],
  offer: () => Promise.reject(new Fault("there is no preview", { code: "webrtc_off" })),
  addCandidate: () => Promise.reject(noSession()),
  close: () => Promise.reject(noSession()),
  beginTake: () => {
    throw noSession();
  },
  status: () => {
    throw noSession();
  },
  sessions: () => [],
};

function noSession(): NotFoundFault {
  return new NotFoundFault("there is no such session", { code: "no_such_session" });
}

/** One programme, which is the shared one. */
export function houseOf(programme: ProgrammeControl, webrtc: WebRtcControl = noPreview): ProgrammeHouse {
  return {
    webrtc,
    of(session) {
      if (session === undefined) return programme;
      throw noSession();
    },
  };
}

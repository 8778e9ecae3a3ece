/** The parts of a programme's control that a test is not about. */
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
  | "sayFile"
  | "sayPcm"
  | "voices"
  | "setVoice"
  | "thumbnail"
  | "startRecording"
  | "stopRecording"
  | "recordings"
  | "recordingPath"
  | "settings"
  | "findings"
  | "metrics"
>;

const ended = Promise.resolve();

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
  sayFile: () => ({ utterance: 1, ended }),
  sayPcm: (pieces) => ({ utterance: 1, ended: drained(pieces) }),
  voices: () => ({ voice: null, voices: [{ id: "en-us", name: "English", languages: ["en-us", "en"] }] }),
  setVoice: () => {},
  thumbnail: () => Promise.resolve(new Uint8Array([82, 73, 70, 70])),
  startRecording: (format) => Promise.resolve(`20261126-104501-0a1b2c3d4e5f6071.${format}`),
  stopRecording: () => Promise.resolve("20261126-104501-0a1b2c3d4e5f6071.mp4"),
  recordings: () => ({ recording: null, files: [] }),
  recordingPath: () => {
    throw new NotFoundFault("there is no such recording", { code: "no_such_recording" });
  },
  settings: () => ({ fps: 25 }),
  findings: () => Promise.resolve([{ id: "deno", state: "ok", says: "Deno" }]),
  metrics: () => [{ name: "lipcam_fps", help: "Units a second.", type: "gauge", samples: [{ value: 25 }] }],
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
    isReady: true,
    of(session) {
      if (session === undefined) return programme;
      throw noSession();
    },
  };
}

async function drained(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

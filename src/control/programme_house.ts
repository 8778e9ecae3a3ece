/** The programmes of this process as the API sees them: the shared one, and those that viewers have for themselves. */
import type { ProgrammeControl } from "./programme_control.ts";
import type { WebRtcControl } from "./webrtc_control.ts";

export interface ProgrammeHouse {
  /** The programme of a session; without one the shared programme. Throws NotFoundFault `no_such_session`. */
  of(session?: string): ProgrammeControl;
  /** Whether the shared programme runs. */
  readonly isReady: boolean;
  readonly webrtc: WebRtcControl;
}

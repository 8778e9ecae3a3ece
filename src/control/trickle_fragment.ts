/** Candidates of a PATCH to a WHEP session: fragments of session descriptions (RFC 8840), application/trickle-ice-sdpfrag. */
import { HttpProblem } from "./problem.ts";
import type { IceCandidate } from "./webrtc_control.ts";

const LINES_MAX = 200;

/** In order; null where the fragment says that there are no more. Throws HttpProblem 400. */
export function candidatesOf(fragment: string): (IceCandidate | null)[] {
  const lines = fragment.split(/\r\n|\n/);
  if (lines.length > LINES_MAX) {
    throw new HttpProblem(
      400,
      "bad_fragment",
      `the fragment has ${lines.length} lines, wanted at most ${LINES_MAX}`,
    );
  }
  let section = -1;
  let mid: string | null = null;
  const candidates: (IceCandidate | null)[] = [];
  for (const line of lines) {
    if (line.startsWith("m=")) section++;
    else if (line.startsWith("a=mid:")) mid = line.slice("a=mid:".length);
    else if (line === "a=end-of-candidates") candidates.push(null);
    else if (line.startsWith("a=candidate:")) {
      candidates.push({ candidate: line.slice(2), sdpMid: mid, sdpMLineIndex: Math.max(0, section) });
    } else if (line !== "" && !line.startsWith("a=")) {
      throw new HttpProblem(
        400,
        "bad_fragment",
        `the fragment has a line ${JSON.stringify(line.slice(0, 40))}, wanted m=, a=mid, a=candidate`,
      );
    }
  }
  return candidates;
}

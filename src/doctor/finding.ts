/**
 * What a check finds: fine, worth knowing, or lacking, each in one line. A lack also says what works without it and
 * the exact mend, as lines to type or text to put into a file. Nothing here or beside it ever changes the machine.
 */

export type Area = "camera" | "sound" | "obs" | "preview" | "applications" | "programme";

export interface Finding {
  /** Stable snake_case identifier, for programs. */
  readonly id: string;
  readonly area: Area;
  /** `note`: nothing is wrong, but a person should know. */
  readonly state: "ok" | "note" | "lacks";
  /** One line: what is. */
  readonly says: string;
  /** One line: what works all the same. Only where something is lacking. */
  readonly without?: string;
  /** Lines to type or to write into a file, in order; explanations begin with "# ". */
  readonly mend?: readonly string[];
}

export function ok(area: Area, id: string, says: string): Finding {
  return { id, area, state: "ok", says };
}

export function note(area: Area, id: string, says: string, mend?: readonly string[]): Finding {
  return mend === undefined ? { id, area, state: "note", says } : { id, area, state: "note", says, mend };
}

export function lacks(
  area: Area,
  id: string,
  says: string,
  without: string,
  mend: readonly string[],
): Finding {
  return { id, area, state: "lacks", says, without, mend };
}

/** What the checks are told about Lipcam itself. */
export interface Situation {
  /** Where main.ts and node_modules lie. */
  readonly projectFolder: string;
  /** Where recordings and temporary files go. */
  readonly workingFolder: string;
  readonly port: number;
  /** The running Lipcam, if there is one. */
  readonly runningPid?: number | undefined;
  /** Where OBS's websocket is looked for. */
  readonly obsUrl: string;
  /** The settings have OBS steered, or its virtual camera shown. */
  readonly isObsWanted: boolean;
  /** Absent where the settings have no WebRTC preview. */
  readonly preview?: PreviewSituation;
}

/** How viewers are to reach the preview. */
export interface PreviewSituation {
  /** "8110-8141", "8110" or "any". */
  readonly ports: string;
  readonly publicAddress?: string | undefined;
  /** "stun:stun.example.org:3478", "turn:user:password@turn.example.org". */
  readonly iceServers: readonly string[];
}

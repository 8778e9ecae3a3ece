/** The programme's API as the page asks it. Whoever asks gets the answer or a Refusal with the programme's own line. */
/// <reference lib="dom" />
import { word } from "./words.ts";

export interface ProgrammeState {
  readonly avatar?: string;
  readonly picture?: {
    readonly phase?: string;
    readonly fps?: number;
    readonly laggedFrames?: number;
    readonly repeatedFrames?: number;
    readonly skewMs?: number;
    readonly expression?: string;
  };
  readonly speech?: {
    readonly queued?: number;
    readonly capacity?: number;
    /** The segment that is heard right now. */
    readonly speaking?: { readonly utterance: number; readonly text: string };
  };
  readonly camera?: { readonly state?: string; readonly path?: string; readonly format?: string };
  readonly sound?: {
    readonly kind?: string;
    readonly device?: string;
    readonly latencyMs?: number;
    readonly underruns?: number;
  };
  /** What moves the mouth. */
  readonly video?: {
    readonly mouth?: string;
    readonly model?: string;
    readonly provider?: string;
    readonly reason?: string;
  };
  readonly obs?: {
    readonly feed?: { readonly connected: readonly unknown[] };
    readonly director?: { readonly state: string; readonly problem?: string };
  };
  /** `path` ends with the recording's id, where the page or the API began it. */
  readonly recording?: { readonly path?: string; readonly frames?: number; readonly lostUnits?: number };
  readonly still?: { readonly isHeld?: boolean; readonly isPanic?: boolean };
  readonly notes?: readonly string[];
}

/** The programme said no, or nothing (`code` is "" then). */
export class Refusal extends Error {
  /** "changing", "queue_full": what the programme calls it. */
  readonly code: string;

  constructor(message: string, code = "") {
    super(message);
    this.code = code;
  }
}

export async function get<T>(path: string): Promise<T> {
  return await asked(path) as T;
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  return await asked(path, { method: "POST", headers, body: JSON.stringify(body) }) as T;
}

async function asked(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(path, init).catch(() => {
    throw new Refusal(word("noAnswer"));
  });
  const text = await response.text();
  const value = text === "" ? undefined : JSON.parse(text);
  if (!response.ok) throw new Refusal(value?.detail ?? `${response.status}`, value?.type?.split(":").at(-1));
  return value;
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

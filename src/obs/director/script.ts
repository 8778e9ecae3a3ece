/**
 * The words of the director: what happens in the programme, what OBS shall then do, what OBS asks in return.
 *
 * Types only. Occasions flow in from the programme as they are aired; deeds go to OBS; wishes flow back. Rules and
 * reactions are read from the configuration by src/app/obs_rules.ts, so every name in them is a person's own.
 */
import type { OBSRequestTypes } from "obs-websocket-js/json";

export type JsonObject = OBSRequestTypes["SetInputSettings"]["inputSettings"];

/** What happens in the programme, told as it is aired. */
export type Occasion =
  | { readonly kind: "speaking" | "idle" | "interrupted" }
  /** [scene:Product], [show:logo], [hide:logo], or a rule's own [name]. */
  | { readonly kind: "cue"; readonly name: string; readonly argument?: string | undefined }
  | { readonly kind: "action"; readonly name: string }
  /** What is to stand in the text source from now on; "" clears it. */
  | { readonly kind: "subtitle"; readonly text: string }
  | { readonly kind: "degraded"; readonly isDegraded: boolean; readonly engine: string }
  | { readonly kind: "panic"; readonly isOn: boolean };

/** What OBS asks of the programme. `isOn` left out: the other of what it is. */
export type Wish =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "interrupt" }
  | { readonly kind: "act"; readonly name: string }
  | { readonly kind: "avatar"; readonly name: string }
  | { readonly kind: "panic"; readonly isOn?: boolean }
  | { readonly kind: "hold"; readonly isOn?: boolean };

export type Moment =
  | "speaking"
  | "idle"
  | "interrupted"
  | "degraded"
  | "recovered"
  | "panic"
  | "panic over";

export type Trigger = Moment | { readonly cue: string } | { readonly action: string };

export type Switching = "start" | "stop";

/** One thing that OBS shall do. Names are those of OBS: scenes, sources, filters, transitions, hotkeys. */
export type Deed =
  | { readonly scene: string }
  /** Without `in`: in the scene on air where it holds the source, else in every scene that does. */
  | { readonly show: string; readonly in?: string | undefined }
  | { readonly hide: string; readonly in?: string | undefined }
  | { readonly mute: string }
  | { readonly unmute: string }
  | {
    readonly filter: string;
    readonly of: string;
    readonly enabled?: boolean | undefined;
    /** Laid over the filter's other settings. */
    readonly settings?: JsonObject | undefined;
  }
  | { readonly text: string; readonly of: string }
  /** `durationMs`: 50..20000. */
  | { readonly transition: string; readonly durationMs?: number | undefined }
  | { readonly hotkey: string }
  | { readonly record: Switching }
  | { readonly stream: Switching }
  | { readonly virtualCamera: Switching };

export interface Rule {
  readonly when: Trigger;
  readonly do: readonly Deed[];
}

export type OutputCause = "stream started" | "stream stopped" | "record started" | "record stopped";
/** What happens in OBS by somebody else's hand. */
export type Cause =
  | OutputCause
  | { readonly scene: string }
  | { readonly muted: string }
  | { readonly unmuted: string };

export type PlainResponse = "interrupt" | "panic" | "panic over" | "hold" | "resume";
export type Response =
  | PlainResponse
  | { readonly say: string }
  | { readonly act: string }
  | { readonly avatar: string };

export interface Reaction {
  readonly on: Cause;
  readonly do: Response;
}

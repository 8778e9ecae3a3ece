/**
 * What a person has set on this page, kept by the browser. In: a dialog whose controls name their setting in
 * data-setting. Out: values, and a call when one changes.
 */
/// <reference lib="dom" />
import { element } from "./dom.ts";
import type { SignallingKind } from "./signalling.ts";

/** Whose sound is heard when a sound file is spoken: the stream's, or the file itself, held to the picture by one of three. */
export type FileSoundMode = "stream" | "rvfc" | "datachannel" | "polling";

export interface SettingValues {
  readonly theme: "system" | "light" | "dark";
  readonly signalling: SignallingKind;
  readonly fileSound: FileSoundMode;
  /** How far a file's sound may be ahead. */
  readonly thresholdMs: number;
  /** Whether the picture waits for the sound. */
  readonly isAligned: boolean;
  /** The sound is heard later by this. */
  readonly delayMs: number;
  readonly volume: number;
  /** Whether single letters are shortcuts. */
  readonly hasKeys: boolean;
}

const DEFAULTS: SettingValues = {
  theme: "system",
  signalling: "whep",
  fileSound: "stream",
  thresholdMs: 100,
  isAligned: true,
  delayMs: 0,
  volume: 100,
  hasKeys: true,
};
const KEPT = "lipcam-settings";

type Control = HTMLInputElement | HTMLSelectElement;

export class Settings {
  #values: SettingValues = { ...DEFAULTS, ...kept() };
  readonly #onChange: (key: keyof SettingValues) => void;

  constructor(onChange: (key: keyof SettingValues) => void) {
    this.#onChange = onChange;
    const dialog = element<HTMLDialogElement>("settings");
    element("gear").addEventListener("click", () => dialog.showModal());
    for (const control of document.querySelectorAll<Control>("[data-setting]")) {
      const key = control.dataset["setting"] as keyof SettingValues;
      this.#show(control, this.#values[key]);
      control.addEventListener("input", () => this.#set(key, valueOf(control, DEFAULTS[key])));
    }
  }

  get values(): SettingValues {
    return this.#values;
  }

  #set(key: keyof SettingValues, value: string | number | boolean): void {
    this.#values = { ...this.#values, [key]: value };
    localStorage.setItem(KEPT, JSON.stringify(this.#values));
    for (const place of document.querySelectorAll(`[data-shows="${key}"]`)) {
      place.textContent = String(value);
    }
    this.#onChange(key);
  }

  #show(control: Control, value: string | number | boolean): void {
    if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = value === true;
    else control.value = String(value);
    const key = control.dataset["setting"];
    for (const place of document.querySelectorAll(`[data-shows="${key}"]`)) {
      place.textContent = String(value);
    }
  }
}

function valueOf(control: Control, like: string | number | boolean): string | number | boolean {
  if (typeof like === "boolean") return (control as HTMLInputElement).checked;
  return typeof like === "number" ? Number(control.value) : control.value;
}

/** What was kept, as far as it is of the right kinds. */
function kept(): Partial<SettingValues> {
  try {
    const found: Record<string, unknown> = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    const known = Object.entries(DEFAULTS).filter(([key, value]) => typeof found[key] === typeof value);
    return Object.fromEntries(known.map(([key]) => [key, found[key]]));
  } catch {
    return {}; // somebody else's
  }
}

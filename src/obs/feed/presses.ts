/**
 * Hotkeys as they were pressed. Each source of ours in OBS has its own, and OBS tells all that have the same key: one
 * press comes once a source. In: a hotkey, who says it, when. Out: whether it is a press of its own. Pure.
 */
import type { Hotkey } from "./wire.ts";

/** Between a press and its echoes; nobody presses a key again so soon on another source. */
const ECHO_MS_MAX = 300;

export class Presses {
  readonly #last = new Map<Hotkey, { readonly reader: number; readonly atMs: number }>();

  /** False for the same hotkey of another reader, less than ECHO_MS_MAX after the first. */
  isNew(hotkey: Hotkey, reader: number, nowMs: number): boolean {
    const last = this.#last.get(hotkey);
    if (last !== undefined && last.reader !== reader && nowMs - last.atMs < ECHO_MS_MAX) return false;
    this.#last.set(hotkey, { reader, atMs: nowMs });
    return true;
  }
}

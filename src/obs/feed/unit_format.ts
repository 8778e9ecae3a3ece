/** How units are written for a reader: the plugin's protocol or Matroska. One value a connection, with its own memory. */
import type { UnitSlot } from "../../unit/mod.ts";

export interface UnitFormat {
  /** What a reader gets before the first unit. */
  readonly greeting: Uint8Array;
  /**
   * Copies a unit, with its picture or its sound alone, and answers the bytes to send, which are valid until the next
   * call. The unit may be overwritten meanwhile: the caller looks afterwards whether it was whole.
   */
  pack(slot: UnitSlot, hasPicture: boolean): Uint8Array;
  /** What a reader gets when the programme ends in order; empty where the format has no such word. */
  farewell(reason: string): Uint8Array;
}

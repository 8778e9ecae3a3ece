/** Every style that can speak, by its rig. Their art is loaded when a character of theirs is. */
import type { StyleRig } from "./rig.ts";
import { adventurer } from "./rigs/adventurer.ts";
import { avataaars } from "./rigs/avataaars.ts";
import { lorelei } from "./rigs/lorelei.ts";
import { micah } from "./rigs/micah.ts";
import { notionists } from "./rigs/notionists.ts";
import { openPeeps } from "./rigs/open_peeps.ts";
import { personas } from "./rigs/personas.ts";

export const rigs: readonly StyleRig[] = [
  lorelei,
  openPeeps,
  notionists,
  avataaars,
  personas,
  micah,
  adventurer,
];

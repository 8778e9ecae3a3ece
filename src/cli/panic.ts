/** `panic`: the avatar stands still and OBS shows another scene, until it is over. */
import { switchCommand } from "./switch.ts";

export const command = switchCommand(
  {
    name: "panic",
    summary: "hold the avatar still and have OBS show another scene, or return",
    about:
      `The running programme's picture stands still and is silent from the next frame on, and a connected OBS
switches to the scene "be right back" or, with --obs-panic camera of live, to the real camera's. Over,
both return to where they were. Without a word it turns over; F12 does the same in the live view, and
so does the hotkey of the source Lipcam in OBS.`,
    examples: [
      { command: "deno task panic", does: "away at once, or back" },
      { command: "deno task panic off", does: "back, panicking or not" },
    ],
  },
  (running, isOn) => running.panic(isOn),
);

/** `hold`: the avatar stands still and is silent until it is let go. */
import { switchCommand } from "./switch.ts";

export const command = switchCommand(
  {
    name: "hold",
    summary: "hold the avatar still and silent, or let it go on",
    about:
      `The running programme's picture stands still from the next frame on, and what it says waits. Let go,
it goes on where it stopped. Without a word it turns over; Ctrl-O does the same in the live view.`,
    examples: [
      { command: "deno task hold", does: "hold it, or let it go on" },
      { command: "deno task hold off", does: "let it go on, held or not" },
    ],
  },
  (running, isOn) => running.hold(isOn),
);

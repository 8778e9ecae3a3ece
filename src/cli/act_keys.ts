/**
 * The function keys of the live view: which expression or action each one asks for. F1, F10 and F11 are left to the
 * terminal, where they mostly open its help, its menu and the full screen.
 */
/** F12: panic. */
export const PANIC_KEY = 12;

const NAMES: readonly (readonly [number, string])[] = [
  [2, "happy"],
  [3, "sad"],
  [4, "surprised"],
  [5, "thinking"],
  [6, "nod"],
  [7, "shake"],
  [8, "tilt"],
  [9, "wink"],
];

/** What key F`number` asks for while `expression` is shown: its own key takes an expression back. */
export function actOf(number: number, expression: string): string | undefined {
  const name = NAMES.find(([key]) => key === number)?.[1];
  return name === expression ? "neutral" : name;
}

/** "F2 happy  F3 sad ...", 79 columns. */
export const ACT_KEYS_HELP: string = NAMES.map(([key, name]) => `F${key} ${name}`).join("  ");

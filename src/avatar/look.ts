/** How an avatar is to be shown: what lies behind it and how near it is. Text in, checked values out. */
import { InputFault } from "../errors/mod.ts";

/** "bust" shows head and shoulders, "head" comes closer. */
export const FRAMINGS = ["bust", "head"] as const;
export type Framing = typeof FRAMINGS[number];

export type Background =
  /** The avatar's own. */
  | { readonly kind: "own" }
  /** None: frames are premultiplied over black and carry an alpha plane. */
  | { readonly kind: "transparent" }
  | { readonly kind: "colour"; readonly colour: string }
  /** A picture file that covers the frame, its middle kept. */
  | { readonly kind: "picture"; readonly path: string };

export interface AvatarLook {
  readonly background: Background;
  readonly framing: Framing;
}

/**
 * `text` is "own", "transparent", a colour like #203040, or the path of a picture. Throws InputFault `bad_background`
 * for what begins like a colour and is none.
 */
export function readBackground(text: string): Background {
  if (text === "own" || text === "transparent") return { kind: text };
  if (/^#[0-9a-f]{6}$/i.test(text)) return { kind: "colour", colour: text };
  if (text === "" || text.startsWith("#")) {
    throw new InputFault(
      `background ${
        JSON.stringify(text.slice(0, 60))
      }, wanted own, transparent, a colour like #203040 or a picture file`,
      { code: "bad_background" },
    );
  }
  return { kind: "picture", path: text };
}

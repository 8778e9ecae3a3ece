/**
 * How the scenes that we make look: sizes, places, colours, type. In: the canvas. Out: settings of sources and transforms
 * of their items. Pure computation; everything in shares of the canvas, so 640x360 and 4K look alike.
 */
import type { JsonObject } from "./script.ts";

export interface Canvas {
  readonly width: number;
  readonly height: number;
}

/** Dark blue-grey: what lies behind an avatar that is cut out, and behind the words. */
const BACKGROUND = "#1f2a3a";
const WHITE = 0xffffffff;
const BLACK = 0xff000000;
/** Bits of OBS's alignment. */
const ALIGN = { centre: 0, left: 1, top: 4, bottom: 8 } as const;
/** Share of the width: two lines of 42 characters then fit. */
const SUBTITLE_SIZE = 0.032;
const HEADLINE_SIZE = 0.065;

/** "#rrggbb" as OBS has colours: 0xAABBGGRR. */
function obsColour(hex: string): number {
  const [, red, green, blue] = /^#(..)(..)(..)$/.exec(hex) ?? [];
  const value = (part: string | undefined) => parseInt(part ?? "0", 16);
  return (0xff * 2 ** 24) + (value(blue) << 16) + (value(green) << 8) + value(red);
}

export function colourSettings({ width, height }: Canvas, hex = BACKGROUND): JsonObject {
  return { color: obsColour(hex), width, height };
}

/** Fills the canvas whatever the picture's size. */
export function covering({ width, height }: Canvas): JsonObject {
  return bounds("OBS_BOUNDS_SCALE_OUTER", width, height);
}

/** As large as fits into the canvas, in its middle. */
export function fitting({ width, height }: Canvas): JsonObject {
  return bounds("OBS_BOUNDS_SCALE_INNER", width, height);
}

function bounds(boundsType: string, boundsWidth: number, boundsHeight: number): JsonObject {
  return {
    positionX: 0,
    positionY: 0,
    alignment: ALIGN.left + ALIGN.top,
    boundsType,
    boundsAlignment: ALIGN.centre,
    boundsWidth,
    boundsHeight,
  };
}

/**
 * Near the lower edge, growing upwards, and to the right as words come: in the middle every word would move the others.
 * Longer text than two lines is made smaller.
 */
export function subtitlePlace({ width, height }: Canvas): JsonObject {
  return {
    positionX: Math.round(width * 0.06),
    positionY: Math.round(height * 0.94),
    alignment: ALIGN.bottom + ALIGN.left,
    boundsType: "OBS_BOUNDS_MAX_ONLY",
    boundsAlignment: ALIGN.bottom + ALIGN.left,
    boundsWidth: Math.round(width * 0.88),
    boundsHeight: Math.round(height * 0.25),
  };
}

/** In the middle. */
export function headlinePlace({ width, height }: Canvas): JsonObject {
  return {
    positionX: width / 2,
    positionY: height / 2,
    alignment: ALIGN.centre,
    boundsType: "OBS_BOUNDS_MAX_ONLY",
    boundsAlignment: ALIGN.centre,
    boundsWidth: Math.round(width * 0.9),
    boundsHeight: Math.round(height * 0.5),
  };
}

export function subtitleSettings(kind: string, canvas: Canvas): JsonObject {
  return textSettings(kind, "", Math.round(canvas.width * SUBTITLE_SIZE), false);
}

export function headlineSettings(kind: string, canvas: Canvas, words: string): JsonObject {
  return textSettings(kind, words, Math.round(canvas.width * HEADLINE_SIZE), true);
}

/** White with a black edge, readable on anything; both kinds of OBS's text source. */
function textSettings(kind: string, text: string, sizePx: number, isCentred: boolean): JsonObject {
  const isGdi = kind.startsWith("text_gdiplus");
  const font = { face: isGdi ? "Segoe UI" : "Sans Serif", style: "Bold", size: sizePx, flags: 1 };
  if (isGdi) {
    const outlineSizePx = Math.max(2, Math.round(sizePx / 10));
    const edge = { outline: true, outline_color: 0, outline_opacity: 100, outline_size: outlineSizePx };
    return {
      text,
      font,
      color: WHITE & 0xffffff,
      align: isCentred ? "center" : "left",
      valign: "bottom",
      ...edge,
    };
  }
  return { text, font, color1: WHITE, color2: WHITE, outline: true, drop_shadow: false, color: BLACK };
}

/**
 * The filters that turn a film's pictures upright, give them square pixels, a size, and 8-bit RGB in the right colours.
 *
 * In: what the file says of its pictures. Out: a description for the library's filters. Pure.
 */
import type { FrameSize } from "../../time/mod.ts";

/** How a picture must be turned, or mirrored first and turned then. */
export interface Turn {
  readonly filters: readonly string[];
  /** Width and height change places. */
  readonly isSideways: boolean;
}

const AS_IT_IS: Turn = { filters: [], isSideways: false };

/**
 * From a display matrix: nine 32-bit numbers, of which the first two rows' first two say where the picture's right and
 * down point (ISO/IEC 14496-12, 16.16 fixed point). Turns that are no quarter are taken for the nearest.
 */
export function turnOf(matrix: Uint8Array | null | undefined): Turn {
  if (!matrix || matrix.length < 36) return AS_IT_IS;
  const view = new DataView(matrix.buffer, matrix.byteOffset, matrix.byteLength);
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => view.getInt32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  const isMirrored = a * d - b * c < 0;
  if (Math.abs(a) + Math.abs(d) >= Math.abs(b) + Math.abs(c)) {
    if (isMirrored) return { filters: [a < 0 ? "hflip" : "vflip"], isSideways: false };
    return a < 0 ? { filters: ["hflip", "vflip"], isSideways: false } : AS_IT_IS;
  }
  // "clock": what was at the right comes to the bottom.
  if (isMirrored) return { filters: [`transpose=${b > 0 ? "cclock_flip" : "clock_flip"}`], isSideways: true };
  return { filters: [`transpose=${b > 0 ? "clock" : "cclock"}`], isSideways: true };
}

export interface Colours {
  /** The brightness of each value is that of a screen brighter than sRGB's (PQ, HLG). */
  readonly isHdr: boolean;
  /** YCbCr that does not say by which matrix. */
  readonly isUnspecified: boolean;
}

export interface Wanted {
  /** Before it is turned, with square pixels. */
  readonly raw: FrameSize;
  readonly turn: Turn;
  readonly colours: Colours;
  /** Upright; what goes over in one direction is cut off evenly. */
  readonly size: FrameSize;
}

/** SD's height: what is higher and does not say its matrix has HD's. */
const HD_HEIGHT = 720;

/** How much of a picture's width and height is seen where it covers `size`; 1 for all. */
export function keptPart(picture: FrameSize, size: FrameSize): { across: number; down: number } {
  const scale = Math.max(size.width / picture.width, size.height / picture.height);
  return { across: size.width / (picture.width * scale), down: size.height / (picture.height * scale) };
}

export function uprightFilters({ raw, turn, colours, size }: Wanted): string {
  const { width, height } = turn.isSideways ? { width: size.height, height: size.width } : size;
  const filters: string[] = [];
  const { across, down } = keptPart(raw, { width, height });
  // Cut before it is scaled: of an odd shape the whole would be huge. Less than a pixel is left to the scaling.
  if (raw.width * (1 - across) >= 1 || raw.height * (1 - down) >= 1) {
    filters.push(`crop=w=iw*${across.toFixed(6)}:h=ih*${down.toFixed(6)}`);
  }
  if (colours.isHdr) {
    filters.push(
      `zscale=w=${width}:h=${height}:t=linear:npl=203`,
      "format=gbrpf32le",
      "zscale=p=bt709",
      "tonemap=tonemap=mobius:desat=0",
      "zscale=t=iec61966-2-1:m=gbr:r=full",
      "format=rgb24",
    );
  } else {
    const matrix = colours.isUnspecified && Math.min(raw.width, raw.height) >= HD_HEIGHT
      ? ":in_color_matrix=bt709"
      : "";
    filters.push(
      `scale=w=${width}:h=${height}:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp${matrix}`,
      "format=rgb24",
    );
  }
  filters.push(...turn.filters);
  return filters.join(",");
}

/**
 * Bends a figure by a grid of displacements and lays it over what is behind it: the memory of warp.wasm and its calls.
 *
 * In: the working figure's planes, the picture behind and the grid, all views of one WASM memory that callers write
 * into. Out: `output`, I420 (with alpha where asked). Any one thread; nothing is allocated after the constructor.
 * The module is compiled when a Warp is made and gets fast after some frames.
 */
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import type { Figure } from "./puppet.ts";

/** Pixels of luma between two nodes. */
export const CELL = 16;
const CELL_SHIFT = 4;
const BLOCK = 8;
const PAGE_BYTES = 65_536;
/** Reads run over the end of a plane by less than this. */
const SLACK_BYTES = 64;

interface WarpExports {
  classify(
    cells: number,
    columns: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
    grid: number,
    gridColumns: number,
    blocks: number,
    blockColumns: number,
    blockRows: number,
  ): void;
  plane(
    source: number,
    alpha: number,
    behind: number,
    target: number,
    width: number,
    height: number,
    shift: number,
    zero: number,
    lowest: number,
    highest: number,
    cells: number,
    columns: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
    grid: number,
    gridColumns: number,
  ): void;
}

/** One plane: where it lies in the memory, and how it is bent. */
interface Plane {
  readonly source: number;
  readonly alpha: number;
  readonly behind: number;
  readonly target: number;
  readonly width: number;
  readonly height: number;
  readonly shift: number;
  readonly zero: number;
  readonly lowest: number;
  readonly highest: number;
}

export class Warp {
  /** The working figure; starts as the given one. */
  readonly figure: Figure;
  readonly output: I420Frame;
  /** Nodes in a row and rows of nodes; node i of row j stands at pixel 16 i, 16 j. */
  readonly nodeColumns: number;
  readonly nodeRows: number;
  /** Right and down of each node, in 1/65536 pixels: where its colour is fetched from, relative to it. */
  readonly grid: Int32Array;
  readonly #exports: WarpExports;
  readonly #planes: readonly Plane[];
  readonly #columns: number;
  readonly #rows: number;
  readonly #cellsAt: number;
  readonly #gridAt: number;
  readonly #blocksAt: number;
  readonly #blockColumns: number;
  readonly #blockRows: number;

  /**
   * `behind` is what lies behind a figure with alpha; black where it is absent. `hasAlphaOut` also bends the figure's
   * alpha into the output's.
   */
  constructor(figure: Figure, behind: I420Frame | undefined, hasAlphaOut: boolean) {
    const { width, height } = figure;
    const { alpha } = figure;
    const halfWidth = width >> 1;
    const halfHeight = height >> 1;
    const pixels = width * height;
    const frameBytes = i420Bytes(figure);
    this.#columns = Math.ceil(width / CELL);
    this.#rows = Math.ceil(height / CELL);
    this.nodeColumns = this.#columns + 1;
    this.nodeRows = this.#rows + 1;
    this.#blockColumns = Math.ceil(width / BLOCK);
    this.#blockRows = Math.ceil(height / BLOCK);

    let end = 1024;
    const take = (bytes: number) => {
      const at = end;
      end = (at + bytes + SLACK_BYTES + 15) & ~15;
      return at;
    };
    this.#gridAt = take(this.nodeColumns * this.nodeRows * 8);
    this.#cellsAt = take(this.#columns * this.#rows);
    this.#blocksAt = alpha ? take(this.#blockColumns * this.#blockRows) : 0;
    const sourceAt = take(frameBytes);
    const alphaAt = alpha ? take(pixels) : 0;
    const halfAlphaAt = alpha ? take(pixels >> 2) : 0;
    const behindAt = alpha ? take(frameBytes) : 0;
    const outputAt = take(frameBytes);
    const outputAlphaAt = hasAlphaOut ? take(pixels) : 0;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES) });
    const module = new WebAssembly.Module(Deno.readFileSync(new URL("./warp.wasm", import.meta.url)));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.#exports = exports as unknown as WarpExports;

    const bytes = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
    this.grid = new Int32Array(memory.buffer, this.#gridAt, this.nodeColumns * this.nodeRows * 2);
    this.figure = {
      width,
      height,
      bytes: bytes(sourceAt, frameBytes),
      ...(alpha ? { alpha: bytes(alphaAt, pixels) } : {}),
    };
    this.output = {
      width,
      height,
      bytes: bytes(outputAt, frameBytes),
      ...(hasAlphaOut ? { alpha: bytes(outputAlphaAt, pixels) } : {}),
    };
    this.figure.bytes.set(figure.bytes);
    this.output.bytes.set(figure.bytes);
    if (alpha) {
      this.figure.alpha!.set(alpha);
      halve(alpha, figure, bytes(halfAlphaAt, pixels >> 2));
      coverage(
        alpha,
        figure,
        this.#blockColumns,
        bytes(this.#blocksAt, this.#blockColumns * this.#blockRows),
      );
      const under = bytes(behindAt, frameBytes);
      if (behind) under.set(behind.bytes);
      else under.fill(16, 0, pixels).fill(128, pixels);
      this.output.bytes.set(under);
    }
    const luma = { width, height, shift: CELL_SHIFT };
    const chroma = { width: halfWidth, height: halfHeight, shift: CELL_SHIFT - 1 };
    const planes: Plane[] = [
      {
        ...luma,
        source: sourceAt,
        alpha: alphaAt,
        behind: behindAt,
        target: outputAt,
        zero: 16,
        lowest: 16,
        highest: 235,
      },
    ];
    for (const offset of [pixels, pixels + (pixels >> 2)]) {
      planes.push({
        ...chroma,
        source: sourceAt + offset,
        alpha: halfAlphaAt,
        behind: behindAt === 0 ? 0 : behindAt + offset,
        target: outputAt + offset,
        zero: 128,
        lowest: 16,
        highest: 240,
      });
    }
    if (hasAlphaOut) {
      if (alpha) {
        planes.push({
          ...luma,
          source: alphaAt,
          alpha: 0,
          behind: 0,
          target: outputAlphaAt,
          zero: 0,
          lowest: 0,
          highest: 255,
        });
      } else bytes(outputAlphaAt, pixels).fill(255);
    }
    this.#planes = planes;
  }

  /** Bends what lies in `box` and, around it, in the cells that it touches. */
  bend(box: Box): void {
    const left = box.x >> CELL_SHIFT;
    const top = box.y >> CELL_SHIFT;
    const right = Math.min(this.#columns, (box.x + box.width + CELL - 1) >> CELL_SHIFT);
    const bottom = Math.min(this.#rows, (box.y + box.height + CELL - 1) >> CELL_SHIFT);
    this.#exports.classify(
      this.#cellsAt,
      this.#columns,
      left,
      top,
      right,
      bottom,
      this.#gridAt,
      this.nodeColumns,
      this.#blocksAt,
      this.#blockColumns,
      this.#blockRows,
    );
    for (let index = 0; index < this.#planes.length; index++) {
      const plane = this.#planes[index]!;
      this.#exports.plane(
        plane.source,
        plane.alpha,
        plane.behind,
        plane.target,
        plane.width,
        plane.height,
        plane.shift,
        plane.zero,
        plane.lowest,
        plane.highest,
        this.#cellsAt,
        this.#columns,
        left,
        top,
        right,
        bottom,
        this.#gridAt,
        this.nodeColumns,
      );
    }
  }
}

/** The alpha of each chroma sample: the mean of its four pixels. */
function halve(alpha: Uint8Array, { width, height }: FrameSize, into: Uint8Array): void {
  for (let y = 0, to = 0; y < height; y += 2) {
    for (let x = 0, at = y * width; x < width; x += 2, at += 2) {
      into[to++] = (alpha[at]! + alpha[at + 1]! + alpha[at + width]! + alpha[at + width + 1]! + 2) >> 2;
    }
  }
}

/** Of each block: 0 where all its pixels are clear, 1 where all are opaque, 2 otherwise. */
function coverage(alpha: Uint8Array, { width, height }: FrameSize, columns: number, into: Uint8Array): void {
  for (let at = 0; at < into.length; at++) {
    const fromX = at % columns * BLOCK;
    const fromY = Math.floor(at / columns) * BLOCK;
    const first = alpha[fromY * width + fromX]!;
    let kind = first === 0 ? 0 : first === 255 ? 1 : 2;
    for (let y = fromY; y < Math.min(height, fromY + BLOCK) && kind !== 2; y++) {
      for (let x = fromX; x < Math.min(width, fromX + BLOCK); x++) {
        if (alpha[y * width + x] !== first) kind = 2;
      }
    }
    into[at] = kind;
  }
}

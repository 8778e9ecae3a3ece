/*
 * The displacement grid, in AssemblyScript: bends a figure and lays it over what is behind it.
 * Compiled to warp.wasm by scripts/build_warp.ts; warp.ts loads it and owns the memory (it lays out every plane).
 *
 * A grid node stands at every 16th pixel of the frame, at x = 16 i, y = 16 j, and holds where that pixel's colour is
 * fetched from, relative to it: two i32 (right, down) in 1/65536 pixels of luma. Between nodes it is bilinear. Planes
 * of half the size (chroma) use the same nodes with cells of 8 and halved displacements.
 *
 * Colours are fetched with the Catmull-Rom kernel (a = -1/2; Keys, "Cubic convolution interpolation", 1981), which
 * keeps its sharpness between pixels nearly as well as on them: a bilinear one would pulse as a head sways. Eight
 * pixels at a time; one by one at the frame's sides and where the grid is steep. Weights have 7 bits behind the point
 * sideways and 14 downwards; a displacement of zero gives back each byte.
 */

const CLEAR: u8 = 0;
const RESTORE: u8 = 1;
const OPAQUE: u8 = 2;
const MIXED: u8 = 3;

/** Blocks of 8x8 pixels of the figure: 0 = all clear, 1 = all opaque, 2 = something between. */
const BLOCK_CLEAR: u8 = 0;
const BLOCK_OPAQUE: u8 = 1;

/** Steeper than so much of a pixel a pixel, in 1/65536, is not smooth. */
const STEP_MAX: i32 = 9000;

// The plane that is being bent; set by plane().
let source: usize = 0;
/** 0 where the figure is opaque or the plane is the alpha itself. */
let alpha: usize = 0;
let behind: usize = 0;
let target: usize = 0;
let planeWidth: i32 = 0;
let planeHeight: i32 = 0;
/** What stands for nothing: 16 (luma), 128 (chroma), 0 (alpha). Premultiplied colours count from it. */
let zero: i32 = 0;
let lowest: i32 = 0;
let highest: i32 = 255;

/**
 * Says what each cell of a box of cells is, into one byte a cell: CLEAR (as it was), RESTORE (clear, and was not),
 * OPAQUE or MIXED. `blocks` 0 means that all of the figure is opaque.
 */
export function classify(
  cells: usize, columns: i32, left: i32, top: i32, right: i32, bottom: i32,
  grid: usize, gridColumns: i32,
  blocks: usize, blockColumns: i32, blockRows: i32,
): void {
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const cell = cells + row * columns + column;
      if (!blocks) { store<u8>(cell, OPAQUE); continue; }
      const node = grid + ((row * gridColumns + column) << 3);
      const below = node + (gridColumns << 3);
      const x0 = load<i32>(node), x1 = load<i32>(node, 8), x2 = load<i32>(below), x3 = load<i32>(below, 8);
      const y0 = load<i32>(node, 4), y1 = load<i32>(node, 12), y2 = load<i32>(below, 4), y3 = load<i32>(below, 12);
      // Two pixels more on every side: the kernel's reach, and chroma's.
      let fromX = ((column << 4) + (min(min(x0, x1), min(x2, x3)) >> 16) - 2) >> 3;
      let toX = ((column << 4) + (max(max(x0, x1), max(x2, x3)) >> 16) + 19) >> 3;
      let fromY = ((row << 4) + (min(min(y0, y1), min(y2, y3)) >> 16) - 2) >> 3;
      let toY = ((row << 4) + (max(max(y0, y1), max(y2, y3)) >> 16) + 19) >> 3;
      fromX = max(0, min(blockColumns - 1, fromX));
      toX = max(0, min(blockColumns - 1, toX));
      fromY = max(0, min(blockRows - 1, fromY));
      toY = max(0, min(blockRows - 1, toY));
      const first = load<u8>(blocks + fromY * blockColumns + fromX);
      let kind = first == BLOCK_CLEAR ? CLEAR : first == BLOCK_OPAQUE ? OPAQUE : MIXED;
      for (let y = fromY; y <= toY && kind != MIXED; y++) {
        for (let x = fromX; x <= toX; x++) {
          if (load<u8>(blocks + y * blockColumns + x) != first) { kind = MIXED; break; }
        }
      }
      if (kind == CLEAR && load<u8>(cell) > RESTORE) kind = RESTORE;
      store<u8>(cell, kind);
    }
  }
}

/**
 * Bends one plane within a box of cells. `shift` is 4 for luma and alpha, 3 for chroma. `alphaFrom` is the figure's
 * alpha of the plane's size, 0 where the plane is to be taken as it is. `behindFrom` 0 means nothing lies behind.
 */
export function plane(
  sourceFrom: usize, alphaFrom: usize, behindFrom: usize, targetAt: usize, width: i32, height: i32, shift: i32,
  zeroAt: i32, lowestAt: i32, highestAt: i32,
  cells: usize, columns: i32, left: i32, top: i32, right: i32, bottom: i32,
  grid: usize, gridColumns: i32,
): void {
  source = sourceFrom; alpha = alphaFrom; behind = behindFrom; target = targetAt;
  planeWidth = width; planeHeight = height;
  zero = zeroAt; lowest = lowestAt; highest = highestAt;
  for (let row = top; row < bottom; row++) {
    const fromY = row << shift;
    const toY = min(height, (row + 1) << shift);
    for (let column = left; column < right; column++) {
      const kind = load<u8>(cells + row * columns + column);
      if (kind == CLEAR) continue;
      const fromX = column << shift;
      const toX = min(width, (column + 1) << shift);
      if (kind == RESTORE) {
        restore(fromX, toX, fromY, toY);
        continue;
      }
      const node = grid + ((row * gridColumns + column) << 3);
      bend(node, node + (gridColumns << 3), shift, fromX, toX, fromY, toY, kind == MIXED && alphaFrom != 0);
    }
  }
}

function restore(fromX: i32, toX: i32, fromY: i32, toY: i32): void {
  for (let y = fromY; y < toY; y++) {
    const at = y * planeWidth + fromX;
    if (behind) memory.copy(target + at, behind + at, toX - fromX);
    else memory.fill(target + at, <u8>zero, toX - fromX);
  }
}

function bend(
  node: usize, below: usize, shift: i32, fromX: i32, toX: i32, fromY: i32, toY: i32, isMixed: bool,
): void {
  // In the plane's own pixels: chroma has half of luma's displacement.
  const halved = 4 - shift;
  const x0 = load<i32>(node) >> halved, x1 = load<i32>(node, 8) >> halved;
  const x2 = load<i32>(below) >> halved, x3 = load<i32>(below, 8) >> halved;
  const y0 = load<i32>(node, 4) >> halved, y1 = load<i32>(node, 12) >> halved;
  const y2 = load<i32>(below, 4) >> halved, y3 = load<i32>(below, 12) >> halved;
  if (!isMixed && (x0 | x1 | x2 | x3 | y0 | y1 | y2 | y3) == 0) {
    for (let y = fromY; y < toY; y++) {
      const at = y * planeWidth + fromX;
      memory.copy(target + at, source + at, toX - fromX);
    }
    return;
  }
  for (let y = fromY; y < toY; y++) {
    const part = y - fromY;
    const leftX = x0 + (((x2 - x0) * part) >> shift);
    const leftY = y0 + (((y2 - y0) * part) >> shift);
    const stepX = (x1 + (((x3 - x1) * part) >> shift) - leftX) >> shift;
    const stepY = (y1 + (((y3 - y1) * part) >> shift) - leftY) >> shift;
    // Weights can only change within eight pixels by one row and one column.
    const isSmooth = abs(stepX) < STEP_MAX && abs(stepY) < STEP_MAX;
    let x = fromX;
    for (; x + 8 <= toX; x += 8) {
      const dx = leftX + stepX * (x - fromX);
      const dy = leftY + stepY * (x - fromX);
      const column = x + (dx >> 16);
      if (isSmooth && column >= 2 && column + 12 <= planeWidth) eight(x, y, dx, stepX, dy, stepY, isMixed);
      else for (let k = 0; k < 8; k++) one(x + k, y, dx + stepX * k, dy + stepY * k, isMixed);
    }
    for (; x < toX; x++) one(x, y, leftX + stepX * (x - fromX), leftY + stepY * (x - fromX), isMixed);
  }
}

// Kernel weights of one direction for eight pixels, 14 bit behind the point; set by weigh().
let w0: v128 = i32x4(0, 0, 0, 0);
let w1: v128 = i32x4(0, 0, 0, 0);
let w2: v128 = i32x4(0, 0, 0, 0);
let w3: v128 = i32x4(0, 0, 0, 0);
let w4: v128 = i32x4(0, 0, 0, 0);

/** Fractions of a 16.16 number and of seven more at equal steps, 16 bit behind the point. */
// @ts-ignore: decorator
@inline
function fractions(first: i32, step: i32): v128 {
  return i16x8.add(
    i16x8.splat(<i16>first),
    i16x8.mul(i16x8.splat(<i16>step), i16x8(0, 1, 2, 3, 4, 5, 6, 7)),
  );
}

/** Catmull-Rom: -t/2 + t^2 - t^3/2, 1 - 5/2 t^2 + 3/2 t^3, the rest to 1, -t^2/2 + t^3/2. */
// @ts-ignore: decorator
@inline
function weigh(fraction: v128): void {
  const t = i16x8.shr_u(fraction, 1);
  const t2 = i16x8.q15mulr_sat_s(t, t);
  const t3 = i16x8.q15mulr_sat_s(t2, t);
  const outer = i16x8.sub(t2, i16x8.avgr_u(t, t3)); // 15 bit
  const first = i16x8.shr_s(outer, 1);
  const last = i16x8.shr_s(i16x8.sub(t3, t2), 2);
  const inner = i16x8.add(
    i16x8.sub(i16x8.sub(i16x8.splat(16384), t2), i16x8.shr_s(t2, 2)),
    i16x8.add(i16x8.shr_s(t3, 1), i16x8.shr_s(t3, 2)),
  );
  w0 = first;
  w1 = inner;
  w2 = i16x8.sub(i16x8.sub(i16x8.splat(16384), inner), i16x8.add(first, last));
  w3 = last;
}

/** Lanes whose whole pixel is the upper one of the two that the eight lie on: five weights instead of four. */
// @ts-ignore: decorator
@inline
function spread(isUpper: v128): void {
  w4 = v128.and(w3, isUpper);
  w3 = v128.bitselect(w2, w3, isUpper);
  w2 = v128.bitselect(w1, w2, isUpper);
  w1 = v128.bitselect(w0, w1, isUpper);
  w0 = v128.andnot(w0, isUpper);
}

/** To 7 bit, their sum kept. */
// @ts-ignore: decorator
@inline
function coarsen(): void {
  const half = i16x8.splat(64);
  w0 = i16x8.shr_s(i16x8.add(w0, half), 7);
  w1 = i16x8.shr_s(i16x8.add(w1, half), 7);
  w3 = i16x8.shr_s(i16x8.add(w3, half), 7);
  w2 = i16x8.sub(i16x8.sub(i16x8.splat(128), w3), i16x8.add(w0, w1));
}

/**
 * Eight pixels of one row, weighed sideways; `from` is the left neighbour of the first one's whole pixel. Sums may run
 * over 16 bit on the way; counted from 128 the result does not. 7 bit.
 */
// @ts-ignore: decorator
@inline
function across4(from: usize, h0: v128, h1: v128, h2: v128, h3: v128): v128 {
  return i16x8.add(
    i16x8.add(i16x8.mul(v128.load8x8_u(from), h0), i16x8.mul(v128.load8x8_u(from, 1), h1)),
    i16x8.add(
      i16x8.mul(v128.load8x8_u(from, 2), h2),
      i16x8.sub(i16x8.mul(v128.load8x8_u(from, 3), h3), i16x8.splat(16384)),
    ),
  );
}

// @ts-ignore: decorator
@inline
function across5(from: usize, h0: v128, h1: v128, h2: v128, h3: v128, h4: v128): v128 {
  return i16x8.add(across4(from, h0, h1, h2, h3), i16x8.mul(v128.load8x8_u(from, 4), h4));
}

/** From a sum with 6 bit behind the point, counted from 128, to a byte's value. */
// @ts-ignore: decorator
@inline
function settled(sum: v128): v128 {
  return i16x8.shr_s(i16x8.add(sum, i16x8.splat(8192 + 32)), 6);
}

function eight(x: i32, y: i32, dx: i32, stepX: i32, dy: i32, stepY: i32, isMixed: bool): void {
  const at = y * planeWidth + x;
  const lastX = (dx + stepX * 7) >> 16;
  const lastY = (dy + stepY * 7) >> 16;
  const wholeX = min(dx >> 16, lastX);
  const wholeY = min(dy >> 16, lastY);
  const isTurning = (dx >> 16) != lastX || (dy >> 16) != lastY;
  const fractionX = fractions(dx, stepX);
  const fractionY = fractions(dy, stepY);
  weigh(fractionX);
  coarsen();
  const left = x + wholeX - 1;
  const last = planeHeight - 1;
  const row = y + wholeY;
  const at0 = max(0, min(last, row - 1)) * planeWidth + left;
  const at1 = max(0, min(last, row)) * planeWidth + left;
  const at2 = max(0, min(last, row + 1)) * planeWidth + left;
  const at3 = max(0, min(last, row + 2)) * planeWidth + left;
  let colour: v128;
  let covered = i16x8.splat(255);
  if (!isTurning) {
    const h0 = w0, h1 = w1, h2 = w2, h3 = w3;
    weigh(fractionY);
    const v0 = w0, v1 = w1, v2 = w2, v3 = w3;
    colour = down4(source, at0, at1, at2, at3, h0, h1, h2, h3, v0, v1, v2, v3);
    if (isMixed) covered = down4(alpha, at0, at1, at2, at3, h0, h1, h2, h3, v0, v1, v2, v3);
  } else {
    spread(upper(fractionX, dx, stepX, lastX));
    const h0 = w0, h1 = w1, h2 = w2, h3 = w3, h4 = w4;
    weigh(fractionY);
    spread(upper(fractionY, dy, stepY, lastY));
    const v0 = w0, v1 = w1, v2 = w2, v3 = w3, v4 = w4;
    const at4 = max(0, min(last, row + 3)) * planeWidth + left;
    colour = down5(source, at0, at1, at2, at3, at4, h0, h1, h2, h3, h4, v0, v1, v2, v3, v4);
    if (isMixed) covered = down5(alpha, at0, at1, at2, at3, at4, h0, h1, h2, h3, h4, v0, v1, v2, v3, v4);
  }
  if (isMixed) {
    const seen = i16x8.sub(
      i16x8.splat(255),
      i16x8.max_s(i16x8.splat(0), i16x8.min_s(i16x8.splat(255), covered)),
    );
    const part = i16x8.add(i16x8.shl(seen, 7), i16x8.shr_s(seen, 1)); // 15 bit
    const under = i16x8.sub(v128.load8x8_u(behind + at), i16x8.splat(<i16>zero));
    const shown = i16x8.q15mulr_sat_s(i16x8.shl(under, 7), part);
    colour = i16x8.add(colour, i16x8.shr_s(i16x8.add(shown, i16x8.splat(64)), 7));
  }
  colour = i16x8.max_s(i16x8.splat(<i16>lowest), i16x8.min_s(i16x8.splat(<i16>highest), colour));
  v128.store64_lane(target + at, i8x16.narrow_i16x8_u(colour, colour), 0);
}

/** Lanes on the upper of two whole pixels: those that wrapped while rising, those that did not while falling. */
// @ts-ignore: decorator
@inline
function upper(fraction: v128, first: i32, step: i32, last: i32): v128 {
  if ((first >> 16) == last) return i16x8.splat(0);
  const start = i16x8.splat(<i16>first);
  return step > 0 ? i16x8.lt_u(fraction, start) : i16x8.le_u(fraction, start);
}

// @ts-ignore: decorator
@inline
function down4(
  from: usize, at0: i32, at1: i32, at2: i32, at3: i32,
  h0: v128, h1: v128, h2: v128, h3: v128, v0: v128, v1: v128, v2: v128, v3: v128,
): v128 {
  return settled(i16x8.add(
    i16x8.add(
      i16x8.q15mulr_sat_s(across4(from + at0, h0, h1, h2, h3), v0),
      i16x8.q15mulr_sat_s(across4(from + at1, h0, h1, h2, h3), v1),
    ),
    i16x8.add(
      i16x8.q15mulr_sat_s(across4(from + at2, h0, h1, h2, h3), v2),
      i16x8.q15mulr_sat_s(across4(from + at3, h0, h1, h2, h3), v3),
    ),
  ));
}

// @ts-ignore: decorator
@inline
function down5(
  from: usize, at0: i32, at1: i32, at2: i32, at3: i32, at4: i32,
  h0: v128, h1: v128, h2: v128, h3: v128, h4: v128,
  v0: v128, v1: v128, v2: v128, v3: v128, v4: v128,
): v128 {
  return settled(i16x8.add(
    i16x8.add(
      i16x8.add(
        i16x8.q15mulr_sat_s(across5(from + at0, h0, h1, h2, h3, h4), v0),
        i16x8.q15mulr_sat_s(across5(from + at1, h0, h1, h2, h3, h4), v1),
      ),
      i16x8.add(
        i16x8.q15mulr_sat_s(across5(from + at2, h0, h1, h2, h3, h4), v2),
        i16x8.q15mulr_sat_s(across5(from + at3, h0, h1, h2, h3, h4), v3),
      ),
    ),
    i16x8.q15mulr_sat_s(across5(from + at4, h0, h1, h2, h3, h4), v4),
  ));
}

// The same for one pixel, clamped at the frame's edges.
let s0: i32 = 0;
let s1: i32 = 0;
let s2: i32 = 0;
let s3: i32 = 0;

function weighOne(fraction: i32): void {
  const t = fraction >> 1;
  const t2 = (t * t + 16384) >> 15;
  const t3 = (t2 * t + 16384) >> 15;
  s0 = (t2 - ((t + t3 + 1) >> 1)) >> 1;
  s3 = (t3 - t2) >> 2;
  s1 = 16384 - t2 - (t2 >> 2) + (t3 >> 1) + (t3 >> 2);
  s2 = 16384 - s1 - s0 - s3;
}

function one(x: i32, y: i32, dx: i32, dy: i32, isMixed: bool): void {
  const lastX = planeWidth - 1;
  const lastY = planeHeight - 1;
  const column = x + (dx >> 16);
  const row = y + (dy >> 16);
  weighOne(dx & 0xffff);
  const h0 = (s0 + 64) >> 7, h1 = (s1 + 64) >> 7, h3 = (s3 + 64) >> 7;
  const h2 = 128 - h0 - h1 - h3;
  weighOne(dy & 0xffff);
  const x0 = max(0, min(lastX, column - 1)), x1 = max(0, min(lastX, column));
  const x2 = max(0, min(lastX, column + 1)), x3 = max(0, min(lastX, column + 2));
  const y0 = max(0, min(lastY, row - 1)) * planeWidth, y1 = max(0, min(lastY, row)) * planeWidth;
  const y2 = max(0, min(lastY, row + 1)) * planeWidth, y3 = max(0, min(lastY, row + 2)) * planeWidth;
  const at = y * planeWidth + x;
  let colour = fetchOne(source, x0, x1, x2, x3, y0, y1, y2, y3, h0, h1, h2, h3);
  if (isMixed) {
    const covered = max(0, min(255, fetchOne(alpha, x0, x1, x2, x3, y0, y1, y2, y3, h0, h1, h2, h3)));
    const under = <i32>load<u8>(behind + at) - zero;
    const seen = 255 - covered;
    colour += ((((under << 7) * ((seen << 7) + (seen >> 1)) + 16384) >> 15) + 64) >> 7;
  }
  store<u8>(target + at, <u8>max(lowest, min(highest, colour)));
}

// @ts-ignore: decorator
@inline
function fetchOne(
  from: usize, x0: i32, x1: i32, x2: i32, x3: i32, y0: i32, y1: i32, y2: i32, y3: i32,
  h0: i32, h1: i32, h2: i32, h3: i32,
): i32 {
  const a = sideways(from + y0, x0, x1, x2, x3, h0, h1, h2, h3) * s0;
  const b = sideways(from + y1, x0, x1, x2, x3, h0, h1, h2, h3) * s1;
  const c = sideways(from + y2, x0, x1, x2, x3, h0, h1, h2, h3) * s2;
  const d = sideways(from + y3, x0, x1, x2, x3, h0, h1, h2, h3) * s3;
  // Rounded as the eight are, so that the seam between both ways does not show.
  const sum = ((a + 16384) >> 15) + ((b + 16384) >> 15) + ((c + 16384) >> 15) + ((d + 16384) >> 15);
  return (sum + 8192 + 32) >> 6;
}

// @ts-ignore: decorator
@inline
function sideways(
  from: usize, x0: i32, x1: i32, x2: i32, x3: i32, h0: i32, h1: i32, h2: i32, h3: i32,
): i32 {
  return <i32>load<u8>(from + x0) * h0 + <i32>load<u8>(from + x1) * h1 + <i32>load<u8>(from + x2) * h2 +
    <i32>load<u8>(from + x3) * h3 - 16384;
}

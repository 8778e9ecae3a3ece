/**
 * The spectrum of a real signal as PyTorch computes it, rounding included.
 *
 * In: `size` real 32-bit samples. Out: size / 2 + 1 powers |X|^2. Any thread; everything is allocated by the constructor.
 * Sizes are even with no other prime factors than 2 and 5 and a power of 4 among them: 400.
 *
 * Whisper's spectrum ends in a logarithm over eight orders of magnitude, where the rounding of a 32-bit transform shows: a
 * more exact one is 7e-6 away from what the networks are fed with elsewhere. So the passes, their order and every single
 * rounding are those of FFTPACK's real transform (P. N. Swarztrauber, 1985, in the public domain), which PyTorch uses
 * for sound on the CPU: factors 4 first, the last factor is transformed first, half of a conjugate-even result is kept.
 */

interface Pass {
  readonly radix: 4 | 5;
  /** Values of one group's partial spectrum before this pass; how many groups there are after it. */
  readonly values: number;
  readonly groups: number;
  /** Cosine and sine for input `from` of value pair `pair`, at ((from - 1) * pairs + pair) * 2. */
  readonly turns: Float32Array;
}

const f = Math.fround;
const HALF_ROOT = f(Math.SQRT1_2);
const COS_1 = f(Math.cos(2 * Math.PI / 5));
const SIN_1 = f(Math.sin(2 * Math.PI / 5));
const COS_2 = f(Math.cos(4 * Math.PI / 5));
const SIN_2 = f(Math.sin(4 * Math.PI / 5));

export class RealFft32 {
  readonly #passes: readonly Pass[];
  #now: Float32Array;
  #next: Float32Array;

  constructor(readonly size: number) {
    const factors = factorsOf(size);
    if (factors === undefined) {
      throw new RangeError(`a transform of ${size} samples, wanted 4 or more made of factors 4 and 5`);
    }
    this.#passes = plan(size, factors);
    this.#now = new Float32Array(size);
    this.#next = new Float32Array(size);
  }

  /** `input` has `size` samples, `power` size / 2 + 1 places. */
  power(input: Float32Array, power: Float32Array | Float64Array): void {
    this.#now.set(input);
    for (const pass of this.#passes) {
      (pass.radix === 4 ? runFour : runFive)(pass, this.#now, this.#next);
      const done = this.#next;
      this.#next = this.#now;
      this.#now = done;
    }
    // Real part of 0; then real and imaginary parts in turn; real part of the middle.
    const now = this.#now;
    const half = this.size / 2;
    power[0] = now[0]! * now[0]!;
    for (let bin = 1; bin < half; bin++) {
      const real = now[2 * bin - 1]!;
      const imaginary = now[2 * bin]!;
      power[bin] = real * real + imaginary * imaginary;
    }
    power[half] = now[this.size - 1]! * now[this.size - 1]!;
  }
}

/** Fours, then fives. */
function factorsOf(size: number): (4 | 5)[] | undefined {
  const factors: (4 | 5)[] = [];
  let rest = size;
  while (rest > 1 && rest % 4 === 0) {
    factors.push(4);
    rest /= 4;
  }
  while (rest > 1 && rest % 5 === 0) {
    factors.push(5);
    rest /= 5;
  }
  return rest === 1 && factors[0] === 4 ? factors : undefined;
}

function plan(size: number, factors: readonly (4 | 5)[]): Pass[] {
  const passes: Pass[] = [];
  let groups = 1;
  for (const radix of factors) {
    const values = size / (groups * radix);
    const pairs = (values - 1) >> 1;
    const turns = new Float32Array(2 * pairs * (radix - 1));
    for (let from = 1; from < radix; from++) {
      for (let pair = 0; pair < pairs; pair++) {
        const turn = 2 * Math.PI * (from * groups * (pair + 1) % size) / size;
        const at = 2 * ((from - 1) * pairs + pair);
        turns[at] = Math.cos(turn);
        turns[at + 1] = Math.sin(turn);
      }
    }
    passes.unshift({ radix, values, groups, turns });
    groups *= radix;
  }
  return passes;
}

function runFour({ values, groups, turns }: Pass, now: Float32Array, next: Float32Array): void {
  const step = values * groups;
  const pairs = (values - 1) >> 1;
  for (let group = 0; group < groups; group++) {
    const from = values * group;
    const to = 4 * from;
    const last = to + values - 1;
    const a = now[from]!;
    const b = now[from + step]!;
    const c = now[from + 2 * step]!;
    const d = now[from + 3 * step]!;
    const odd = f(d + b);
    const even = f(a + c);
    next[to] = even + odd;
    next[last + values] = a - c;
    next[to + 2 * values] = d - b;
    next[last + 3 * values] = even - odd;
    if (values % 2 === 0) {
      const end = from + values - 1;
      const p = now[end + step]!;
      const q = now[end + 3 * step]!;
      const down = f(-HALF_ROOT * f(p + q));
      const over = f(HALF_ROOT * f(p - q));
      next[last] = now[end]! + over;
      next[last + 2 * values] = now[end]! - over;
      next[to + 3 * values] = down + now[end + 2 * step]!;
      next[to + values] = down - now[end + 2 * step]!;
    }
    for (let pair = 0; pair < pairs; pair++) {
      const x = from + 2 * pair + 1;
      const turn = 2 * pair;
      const [c1, s1] = [turns[turn]!, turns[turn + 1]!];
      const [c2, s2] = [turns[turn + 2 * pairs]!, turns[turn + 2 * pairs + 1]!];
      const [c3, s3] = [turns[turn + 4 * pairs]!, turns[turn + 4 * pairs + 1]!];
      const [bx, by] = [now[x + step]!, now[x + step + 1]!];
      const [cx, cy] = [now[x + 2 * step]!, now[x + 2 * step + 1]!];
      const [dx, dy] = [now[x + 3 * step]!, now[x + 3 * step + 1]!];
      const br = f(f(c1 * bx) + f(s1 * by));
      const bi = f(f(c1 * by) - f(s1 * bx));
      const cr = f(f(c2 * cx) + f(s2 * cy));
      const ci = f(f(c2 * cy) - f(s2 * cx));
      const dr = f(f(c3 * dx) + f(s3 * dy));
      const di = f(f(c3 * dy) - f(s3 * dx));
      const oddReal = f(dr + br);
      const turnedReal = f(dr - br);
      const oddImaginary = f(bi + di);
      const turnedImaginary = f(bi - di);
      const evenReal = f(now[x]! + cr);
      const awayReal = f(now[x]! - cr);
      const evenImaginary = f(now[x + 1]! + ci);
      const awayImaginary = f(now[x + 1]! - ci);
      // The second half of each partial spectrum is the mirror image of another: it is written from the end.
      const ahead = to + 2 * pair + 1;
      const behind = to + values - 2 * pair - 3;
      next[ahead] = evenReal + oddReal;
      next[behind + 3 * values] = evenReal - oddReal;
      next[ahead + 1] = oddImaginary + evenImaginary;
      next[behind + 3 * values + 1] = oddImaginary - evenImaginary;
      next[ahead + 2 * values] = awayReal + turnedImaginary;
      next[behind + values] = awayReal - turnedImaginary;
      next[ahead + 2 * values + 1] = turnedReal + awayImaginary;
      next[behind + values + 1] = turnedReal - awayImaginary;
    }
  }
}

function runFive({ values, groups, turns }: Pass, now: Float32Array, next: Float32Array): void {
  const step = values * groups;
  const pairs = (values - 1) >> 1;
  for (let group = 0; group < groups; group++) {
    const from = values * group;
    const to = 5 * from;
    const last = to + values - 1;
    const a = now[from]!;
    const sum1 = f(now[from + 4 * step]! + now[from + step]!);
    const gap1 = f(now[from + 4 * step]! - now[from + step]!);
    const sum2 = f(now[from + 3 * step]! + now[from + 2 * step]!);
    const gap2 = f(now[from + 3 * step]! - now[from + 2 * step]!);
    next[to] = f(a + sum1) + sum2;
    next[last + values] = f(a + f(COS_1 * sum1)) + f(COS_2 * sum2);
    next[to + 2 * values] = f(SIN_1 * gap1) + f(SIN_2 * gap2);
    next[last + 3 * values] = f(a + f(COS_2 * sum1)) + f(COS_1 * sum2);
    next[to + 4 * values] = f(SIN_2 * gap1) - f(SIN_1 * gap2);
    for (let pair = 0; pair < pairs; pair++) {
      const x = from + 2 * pair + 1;
      const ahead = to + 2 * pair + 1;
      const behind = to + values - 2 * pair - 3;
      const [ar, ai] = [now[x]!, now[x + 1]!];
      const [br, bi] = [turned(now, turns, x + step, 2 * pair), other(now, turns, x + step, 2 * pair)];
      const second = 2 * (pairs + pair);
      const [cr, ci] = [turned(now, turns, x + 2 * step, second), other(now, turns, x + 2 * step, second)];
      const third = 2 * (2 * pairs + pair);
      const [dr, di] = [turned(now, turns, x + 3 * step, third), other(now, turns, x + 3 * step, third)];
      const fourth = 2 * (3 * pairs + pair);
      const [er, ei] = [turned(now, turns, x + 4 * step, fourth), other(now, turns, x + 4 * step, fourth)];
      const sumReal1 = f(er + br);
      const gapReal1 = f(er - br);
      const sumImaginary1 = f(bi + ei);
      const gapImaginary1 = f(bi - ei);
      const sumReal2 = f(dr + cr);
      const gapReal2 = f(dr - cr);
      const sumImaginary2 = f(ci + di);
      const gapImaginary2 = f(ci - di);
      next[ahead] = f(ar + sumReal1) + sumReal2;
      next[ahead + 1] = f(ai + sumImaginary1) + sumImaginary2;
      const real1 = f(f(ar + f(COS_1 * sumReal1)) + f(COS_2 * sumReal2));
      const imaginary1 = f(f(ai + f(COS_1 * sumImaginary1)) + f(COS_2 * sumImaginary2));
      const real2 = f(f(ar + f(COS_2 * sumReal1)) + f(COS_1 * sumReal2));
      const imaginary2 = f(f(ai + f(COS_2 * sumImaginary1)) + f(COS_1 * sumImaginary2));
      const turnedReal1 = f(f(gapImaginary1 * SIN_1) + f(gapImaginary2 * SIN_2));
      const turnedReal2 = f(f(gapImaginary1 * SIN_2) - f(gapImaginary2 * SIN_1));
      const turnedImaginary1 = f(f(gapReal1 * SIN_1) + f(gapReal2 * SIN_2));
      const turnedImaginary2 = f(f(gapReal1 * SIN_2) - f(gapReal2 * SIN_1));
      next[ahead + 2 * values] = real1 + turnedReal1;
      next[behind + values] = real1 - turnedReal1;
      next[ahead + 2 * values + 1] = turnedImaginary1 + imaginary1;
      next[behind + values + 1] = turnedImaginary1 - imaginary1;
      next[ahead + 4 * values] = real2 + turnedReal2;
      next[behind + 3 * values] = real2 - turnedReal2;
      next[ahead + 4 * values + 1] = turnedImaginary2 + imaginary2;
      next[behind + 3 * values + 1] = turnedImaginary2 - imaginary2;
    }
  }
}

/** Real part of a value turned back by its factor. */
function turned(now: Float32Array, turns: Float32Array, x: number, turn: number): number {
  return f(f(turns[turn]! * now[x]!) + f(turns[turn + 1]! * now[x + 1]!));
}

/** Its imaginary part. */
function other(now: Float32Array, turns: Float32Array, x: number, turn: number): number {
  return f(f(turns[turn]! * now[x + 1]!) - f(turns[turn + 1]! * now[x]!));
}

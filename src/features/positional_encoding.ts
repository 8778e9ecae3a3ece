/**
 * The positional encoding that MuseTalk adds to its audio features before the network hears them.
 *
 * In: 50 rows of 384 values, one frame's window. Out: the same array with sines and cosines added. Any thread; the table
 * is computed once. pe[p, 2k] = sin(p * 10000^(-2k / 384)), pe[p, 2k + 1] = cos of the same (Vaswani et al. 2017,
 * section 3.5).
 */

export const WINDOW_ROWS = 50;
export const FEATURE_SIZE = 384;

const TABLE = Float32Array.from({ length: WINDOW_ROWS * FEATURE_SIZE }, (_, at) => {
  const position = Math.floor(at / FEATURE_SIZE);
  const column = at % FEATURE_SIZE;
  const exponent = Math.fround((column - column % 2) * Math.fround(-Math.log(10_000) / FEATURE_SIZE));
  const angle = Math.fround(position * exp32(exponent));
  return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
});

/**
 * e^x as PyTorch rounds it in 32 bits. Its last bit shows: multiplied by a position of up to 49 it moves an angle by
 * 4e-6. The reduction and the polynomial are those of SLEEF's expf (N. Shibata, F. Petrogalli: SLEEF, 2020), with fused
 * multiply and add.
 */
function exp32(x: number): number {
  const fused = (a: number, b: number, c: number) => Math.fround(a * b + c);
  const f = Math.fround;
  const whole = Math.round(f(x * f(Math.LOG2E)));
  const rest = fused(whole, f(-1.428606765330187e-6), fused(whole, -0.693145751953125, x));
  let sum = f(0.00019852761761285365);
  for (
    const factor of [
      0.0013930435525253415,
      0.008333360776305199,
      0.041666485369205475,
      0.1666666716337204,
      0.5,
    ]
  ) {
    sum = fused(sum, rest, f(factor));
  }
  return f(1 + fused(f(rest * rest), sum, rest)) * 2 ** whole;
}

/** `values` holds whole windows of WINDOW_ROWS * FEATURE_SIZE values, one after another. */
export function addPositionalEncoding(values: Float32Array): void {
  for (let from = 0; from < values.length; from += TABLE.length) {
    for (let at = 0; at < TABLE.length; at++) values[from + at]! += TABLE[at]!;
  }
}

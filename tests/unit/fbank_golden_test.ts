/**
 * Kaldi's filter bank energies against NumPy, all values of eleven columns.
 *
 * tests/golden/fbank was made with numpy 1.24: pcm = float32(0.4 sin(n n / 4000) + 0.05 sin(0.9 n) + 0.02) for n below
 * 2000; trunc(pcm * float32(32767)); windows of 400 every 160, less their mean; x[n] - 0.97 x[n - 1] with x[-1] = x[0];
 * times np.hanning(400) ** 0.85; |np.fft.rfft(x, 512)| ** 2; 80 triangles between neighbours of 82 edges evenly spaced on
 * 1127 ln(1 + f / 700) from 20 to 8000 Hz, without the last bin; ln(max(e, 2 ** -23)) as float32.
 */
import { assertEquals, assertLess } from "@std/assert";
import { FBANK_BINS, KaldiFbank } from "../../src/features/mod.ts";

function read(name: string): Float32Array {
  return new Float32Array(Deno.readFileSync(new URL(`../golden/fbank/${name}`, import.meta.url)).buffer);
}

Deno.test("KaldiFbank: NumPy's values to 2e-6 of the largest, whatever the pieces", () => {
  const [pcm, wanted] = [read("pcm16k.f32"), read("columns.f32")];
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)));
  for (const piece of [2000, 1, 159, 401]) {
    const values: number[] = [];
    const fbank = new KaldiFbank();
    for (let at = 0; at < pcm.length; at += piece) {
      fbank.push(pcm.subarray(at, at + piece), (column) => void values.push(...column));
    }
    assertEquals(values.length, 11 * FBANK_BINS);
    const off = values.reduce((most, value, at) => Math.max(most, Math.abs(value - wanted[at]!)), 0);
    assertLess(off, 2e-6 * largest, `pieces of ${piece}: off by ${off}`);
  }
});

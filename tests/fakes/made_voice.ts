/** Sound that no two moments of are alike: a gliding tone with a beat, and noise in its pauses. */
export function madeVoice(samples: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: samples }, (_, n) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const beat = Math.max(0, Math.sin(n / 2500 + Math.sin(n / 9001)));
    return 0.3 * beat * Math.sin(n * (0.05 + 1e-7 * n % 0.2)) + 0.01 * (state / 1_073_741_824 - 1);
  });
}

/** Reads the tests' own recordings: mono, 16 bit, 16 kHz, a plain header of 44 bytes. */
export function readWav16k(url: URL): Float32Array {
  const samples = new Int16Array(Deno.readFileSync(url).slice(44).buffer);
  return Float32Array.from(samples, (value) => value / 32_768);
}

/** A WAV file of 16-bit mono. */
export function wavBytes(samples: Float32Array, rateHz: number): Uint8Array {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, rateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((value, at) => view.setInt16(44 + at * 2, Math.round(value * 32_767), true));
  return bytes;
}

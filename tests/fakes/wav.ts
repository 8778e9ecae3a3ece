/** Reads the tests' own recordings: mono, 16 bit, 16 kHz, a plain header of 44 bytes. */
export function readWav16k(url: URL): Float32Array {
  const samples = new Int16Array(Deno.readFileSync(url).slice(44).buffer);
  return Float32Array.from(samples, (value) => value / 32_768);
}

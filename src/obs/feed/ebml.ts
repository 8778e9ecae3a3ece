/**
 * The few elements of Matroska (RFC 8794, RFC 9559) that a live stream needs. In: ids, numbers, texts. Out: bytes.
 * Made once a connection, not per frame.
 */

/** An element of known length. `id` is written as it stands in the specification, marker bits and all. */
export function element(id: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = content.reduce((sum, { length }) => sum + length, 0);
  return joined(idBytes(id), sizeBytes(length), ...content);
}

/** The beginning of an element whose length is not known yet, as live streams have it. */
export function openElement(id: number): Uint8Array<ArrayBuffer> {
  return joined(idBytes(id), new Uint8Array([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
}

export function unsigned(id: number, value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  return element(id, new Uint8Array(bytes));
}

export function float(id: number, value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return element(id, bytes);
}

export function string(id: number, value: string): Uint8Array<ArrayBuffer> {
  return element(id, new TextEncoder().encode(value));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A length in 4 bytes, for what is filled in later or always has the same place: below 2^28 - 1. */
export function fixedSize(length: number): Uint8Array<ArrayBuffer> {
  if (length >= 2 ** 28 - 1) throw new RangeError(`an element of ${length} bytes, wanted below 2^28 - 1`);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, 0x1000_0000 + length);
  return bytes;
}

function idBytes(id: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = id; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return new Uint8Array(bytes);
}

/** The shortest size that is not the reserved one. */
function sizeBytes(length: number): Uint8Array {
  let count = 1;
  while (length >= 2 ** (7 * count) - 1) count++;
  const bytes = new Uint8Array(count);
  let rest = length;
  for (let at = count - 1; at >= 0; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[0]! |= 1 << (8 - count);
  return bytes;
}

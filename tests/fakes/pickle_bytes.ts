/**
 * Writes small pickles and torch files: what of the formats a test needs, in the bytes that Python's own writers use.
 *
 * In: lists, tuples, numbers, numpy's int32. Out: a pickle of protocol 2; a ZIP file as torch.save writes it.
 */

/** A list is an array; the others say what they are. */
export type Pickled = number | readonly Pickled[] | { readonly tuple: readonly Pickled[] } | {
  readonly int32: number;
};

export function pickleBytes(value: Pickled): Uint8Array {
  return joined([ascii("\x80\x02"), ...opcodes(value), ascii(".")]);
}

/** A list of float16 tensors of that shape over storages of their own; the same tensor twice has one storage. */
export function torchBytes(tensors: readonly Float16Array[], shape: readonly number[]): Uint8Array {
  const storages = [...new Set(tensors)];
  const list = tensors.map((tensor) => {
    const sizes = (values: readonly number[]) => [ascii("("), ...values.flatMap(opcodes), ascii("t")];
    const strides = shape.map((_, axis) =>
      shape.slice(axis + 1).reduce((product, side) => product * side, 1)
    );
    return joined([
      ascii("ctorch._utils\n_rebuild_tensor_v2\n(("),
      text("storage"),
      ascii("ctorch\nHalfStorage\n"),
      text(String(storages.indexOf(tensor))),
      text("cuda:0"),
      ...opcodes(tensor.length),
      ascii("tQK\x00"),
      ...sizes(shape),
      ...sizes(strides),
      ascii("\x89ccollections\nOrderedDict\n)RtR"),
    ]);
  });
  return zipBytes([
    ["archive/data.pkl", joined([ascii("\x80\x02]("), ...list, ascii("e.")])],
    ...storages.map((tensor, at): [string, Uint8Array] => [
      `archive/data/${at}`,
      new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength),
    ]),
    ["archive/version", ascii("3\n")],
  ]);
}

/** Stored entries, with no more than readers look at. */
export function zipBytes(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const bodies: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let at = 0;
  for (const [name, data] of entries) {
    const sizes = [...u32(0), ...u32(data.length), ...u32(data.length), ...u16(name.length), ...u16(0)];
    const body = joined([
      ascii("PK\x03\x04"),
      Uint8Array.of(...u16(20), ...u16(0), ...u16(0), ...u32(0), ...sizes),
      ascii(name),
      data,
    ]);
    list.push(joined([
      ascii("PK\x01\x02"),
      Uint8Array.of(...u16(20), ...u16(20), ...u16(0), ...u16(0), ...u32(0), ...sizes),
      Uint8Array.of(...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(at)),
      ascii(name),
    ]));
    bodies.push(body);
    at += body.length;
  }
  const directory = joined(list);
  const counts = [...u16(0), ...u16(0), ...u16(entries.length), ...u16(entries.length)];
  const end = Uint8Array.of(...counts, ...u32(directory.length), ...u32(at), ...u16(0));
  return joined([...bodies, directory, ascii("PK\x05\x06"), end]);
}

function opcodes(value: Pickled): Uint8Array[] {
  if (typeof value === "number") {
    if (Number.isInteger(value) && !Object.is(value, -0)) return [ascii("J"), Uint8Array.of(...u32(value))];
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value);
    return [ascii("G"), bytes];
  }
  if ("tuple" in value) return [ascii("("), ...value.tuple.flatMap(opcodes), ascii("t")];
  if ("int32" in value) {
    return [
      ascii("cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n("),
      text("i4"),
      ascii("\x89\x88tR(K\x03"),
      text("<"),
      ascii("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbU\x04"),
      Uint8Array.of(...u32(value.int32)),
      ascii("tR"),
    ];
  }
  return [ascii("]("), ...value.flatMap(opcodes), ascii("e")];
}

function text(value: string): Uint8Array {
  return joined([ascii("X"), Uint8Array.of(...u32(value.length)), ascii(value)]);
}

function ascii(value: string): Uint8Array {
  return Uint8Array.from(value, (letter) => letter.charCodeAt(0));
}

function u16(value: number): number[] {
  return [value & 255, value >> 8 & 255];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

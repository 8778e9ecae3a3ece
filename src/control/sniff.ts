/** What a file really is, by its first bytes: nobody's name or content type is believed. */

export type FileKind = "sound" | "picture" | "film";

export interface Sniffed {
  readonly kind: FileKind;
  /** Of our own choosing, with the dot. */
  readonly extension: string;
}

/** As many bytes as any of the signatures needs. */
export const SNIFF_BYTES = 64;

/** Undefined for what is none of what we take. */
export function sniff(bytes: Uint8Array): Sniffed | undefined {
  const text = (from: number, length: number) => String.fromCharCode(...bytes.subarray(from, from + length));
  const [first = 0, second = 0] = bytes;
  if (text(0, 4) === "RIFF") {
    const form = text(8, 4);
    if (form === "WAVE") return { kind: "sound", extension: ".wav" };
    if (form === "WEBP") return { kind: "picture", extension: ".webp" };
    return form === "AVI " ? { kind: "film", extension: ".avi" } : undefined;
  }
  if (text(0, 4) === "fLaC") return { kind: "sound", extension: ".flac" };
  if (text(0, 4) === "OggS") return { kind: "sound", extension: ".ogg" };
  if (text(0, 4) === "FORM" && text(8, 3) === "AIF") return { kind: "sound", extension: ".aiff" };
  if (text(0, 4) === "caff") return { kind: "sound", extension: ".caf" };
  if (text(0, 3) === "ID3") return { kind: "sound", extension: ".mp3" };
  if (first === 0xff && (second & 0xf6) === 0xf0) return { kind: "sound", extension: ".aac" }; // ADTS, layer 0
  if (first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0) {
    return { kind: "sound", extension: ".mp3" };
  }
  if (text(0, 8) === "\x89PNG\r\n\x1a\n") return { kind: "picture", extension: ".png" };
  if (first === 0xff && second === 0xd8 && bytes[2] === 0xff) return { kind: "picture", extension: ".jpg" };
  if (text(4, 4) === "ftyp") {
    const brand = text(8, 4);
    if (/^M4[AB] /.test(brand)) return { kind: "sound", extension: ".m4a" };
    if (/^(avif|heic|heix|mif1)/.test(brand)) return undefined;
    return { kind: "film", extension: ".mp4" };
  }
  if (first === 0x1a && text(1, 3) === "E\xdf\xa3") return { kind: "film", extension: ".webm" };
  return undefined;
}

/** Visemes: the fifteen mouth shapes that sounds are sorted into, in the order of every array of them. */

/**
 * The set of Oculus Lipsync (the MPEG-4 facial animation set with silence and split vowels): `sil` silence, `PP` p b m,
 * `FF` f v, `TH` th, `DD` t d, `kk` k g, `CH` ch j sh, `SS` s z, `nn` n l, `RR` r, then five vowels.
 */
export const VISEMES = [
  ...["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR"] as const,
  ...["aa", "E", "I", "O", "U"] as const,
] as const;
export type Viseme = typeof VISEMES[number];
export const VISEME_COUNT = VISEMES.length;

export const SIL = VISEMES.indexOf("sil");
export const PP = VISEMES.indexOf("PP");
export const FF = VISEMES.indexOf("FF");

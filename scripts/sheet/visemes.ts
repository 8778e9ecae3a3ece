/** The mouths that a sheet shows: the 15 visemes at their standard targets (scripts/training/labels.py) and mixes. */

/** jaw, spread, pucker, press, teeth, tongue. */
export const VISEMES: readonly [string, readonly number[]][] = [
  ["sil", [0, 0, 0, 0, 0, 0]],
  ["PP (m b p)", [0, 0, 0.05, 1, 0, 0]],
  ["FF (f v)", [0.08, 0.1, 0, 0, 1, 0]],
  ["TH", [0.2, 0.15, 0, 0, 0, 1]],
  ["DD (t d)", [0.16, 0.2, 0, 0, 0, 0.5]],
  ["kk (k g)", [0.25, 0.15, 0.05, 0, 0, 0]],
  ["CH (ch sh)", [0.14, 0, 0.65, 0, 0, 0.1]],
  ["SS (s z)", [0.08, 0.45, 0, 0, 0, 0.1]],
  ["nn (n l)", [0.2, 0.2, 0, 0, 0, 0.7]],
  ["RR (r)", [0.22, 0.05, 0.45, 0, 0, 0.2]],
  ["aa", [1, 0.15, 0, 0, 0, 0]],
  ["E", [0.52, 0.55, 0, 0, 0, 0]],
  ["I", [0.22, 0.9, 0, 0, 0, 0]],
  ["O", [0.55, 0, 0.7, 0, 0, 0]],
  ["U", [0.18, 0, 1, 0, 0, 0]],
];

export const MIXES: readonly [string, readonly number[]][] = [
  ["jaw 0.08", [0.08, 0, 0, 0, 0, 0]],
  ["jaw 0.25", [0.25, 0, 0, 0, 0, 0]],
  ["jaw 0.5", [0.5, 0, 0, 0, 0, 0]],
  ["m half", [0, 0, 0, 0.5, 0, 0]],
  ["aa to m", [0.5, 0, 0, 0.5, 0, 0]],
  ["aa to U", [0.6, 0, 0.5, 0, 0, 0]],
  ["I to U", [0.2, 0.45, 0.5, 0, 0, 0]],
  ["f half", [0.1, 0, 0, 0, 0.5, 0]],
  ["all", [1, 1, 1, 1, 1, 1]],
];

/**
 * Every kind of known answers of MuseTalk's own functions against the shipped code.
 *
 * In: a folder of known answers. Out: for each kind the largest error of all its cases, and the limit. A kind that the
 * folder does not hold has no cases.
 */
import type { Check } from "./check.ts";
import type { KnownAnswers } from "./known_answers.ts";
import { checkBlend, checkDecoded, checkEncoderImages } from "./picture_checks.ts";
import { checkMel, checkPositions, checkWindows } from "./sound_checks.ts";

export async function checkAll(golden: KnownAnswers): Promise<Check[]> {
  return [
    await checkMel(golden),
    await checkWindows(golden),
    await checkPositions(golden),
    ...await checkEncoderImages(golden),
    checkDecoded(golden),
    await checkBlend(golden),
  ];
}

/**
 * How far sound and picture of `CodedUnits` are apart at a viewer, from decoded pixels and samples: each second's first picture
 * is a flash that carries its number, and a tone begins with it. In: a peer that has watched. Out: one offset a second, in ms,
 * positive where the sound is late. What the sender says belongs together is not asked.
 */
import type { TestPeer } from "../../../tests/system/webrtc/test_peer.ts";
import { SAMPLE_RATE_HZ } from "../../../src/time/mod.ts";
import { BLOCK_PIXELS, BLOCKS, FLASH_UNITS, FPS } from "./coded_units.ts";

const LUMA_MIDDLE = 128;
/** Half a period of the flashes: nothing else sounds in between. */
const REACH_SAMPLES = SAMPLE_RATE_HZ / 2;
/** Of the tone's energy, which must be there as a whole. */
const ENERGY_SHARE_MIN = 0.8;
/** Of the tone, before coding. */
const MEAN_SQUARE = 0.125;

export interface FlashOffsets {
  readonly pictures: number;
  readonly offsetsMs: readonly number[];
}

export function flashOffsets(peer: TestPeer): FlashOffsets {
  const flashes: number[] = [];
  let pictures = 0;
  peer.pictures(({ rtp, luma }) => {
    pictures++;
    let unit = 0;
    for (let block = 0; block < BLOCKS; block++) {
      const [x, y] = [(block + 0.5) * BLOCK_PIXELS, BLOCK_PIXELS / 2];
      if (luma(x, y) > LUMA_MIDDLE) unit |= 1 << block;
    }
    if (unit % FPS === 0) flashes.push(rtp);
  });
  const sounds = peer.sound();
  const base = sounds[0]?.rtp;
  if (base === undefined) return { pictures, offsetsMs: [] };
  const lengthOf = ({ rtp, samples }: typeof sounds[number]) => ((rtp - base) | 0) + samples.length;
  const course = new Float32Array(Math.max(...sounds.map(lengthOf)));
  for (const { rtp, samples } of sounds) course.set(samples, (rtp - base) | 0);
  const baseMs = peer.wallMs("audio", base);
  const offsetsMs = flashes.flatMap((rtp) => {
    const seenMs = peer.wallMs("video", rtp);
    if (seenMs === undefined || baseMs === undefined) return [];
    const around = Math.round((seenMs - baseMs) * SAMPLE_RATE_HZ / 1000);
    const middle = middleOfTone(course, around);
    if (middle === undefined) return [];
    const heardMs = peer.wallMs("audio", (base + Math.round(middle)) >>> 0)! +
      (middle - Math.round(middle)) * 1000 / SAMPLE_RATE_HZ;
    return [heardMs - FLASH_UNITS * 500 / FPS - seenMs];
  });
  return { pictures, offsetsMs };
}

/** The centre of the energy within reach of a sample; undefined where the tone is not there as a whole. */
function middleOfTone(course: Float32Array, around: number): number | undefined {
  const [from, to] = [around - REACH_SAMPLES, around + REACH_SAMPLES];
  if (from < 0 || to > course.length) return undefined;
  let [energy, moment] = [0, 0];
  for (let at = from; at < to; at++) {
    const power = course[at]! ** 2;
    energy += power;
    moment += power * at;
  }
  const whole = MEAN_SQUARE * FLASH_UNITS * SAMPLE_RATE_HZ / FPS;
  return energy < whole * ENERGY_SHARE_MIN ? undefined : moment / energy;
}

/** VisemeTrack under pieces of any size: what streams in is answered as what comes in one piece. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { openModel, VisemeNetwork, VisemeTrack } from "../../src/lipsync/mod.ts";
import { writeFakeModel } from "../fakes/viseme_model.ts";

const sound = Float32Array.from(
  { length: 40_000 },
  (_, n) => 0.3 * Math.sin(n * n / 11_000) * Math.sin(n / 700) + 0.1 * Math.sin(n / 3),
);

async function answers(track: VisemeTrack, length: number, pieces: readonly number[]): Promise<number[][]> {
  const frames: number[][] = [];
  const keep = ({ frame, visemes, raw, mouth }: Parameters<Parameters<VisemeTrack["push"]>[1]>[0]) => {
    assertEquals(frame, frames.length);
    frames.push([...visemes, ...raw, ...mouth]);
  };
  track.start();
  let from = 0;
  for (const piece of [...pieces, length]) {
    const to = Math.min(length, from + piece);
    await track.push(sound.subarray(from, to), keep);
    from = to;
  }
  await track.finish(keep);
  return frames;
}

Deno.test("VisemeTrack answers the same to 1e-4 whatever the pieces", async () => {
  const folder = await Deno.makeTempDir();
  using network = await VisemeNetwork.open(await openModel(await writeFakeModel(folder), [folder]));
  await Deno.remove(folder, { recursive: true });
  const track = new VisemeTrack(network);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: sound.length }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 20_000 })), {
        maxLength: 20,
      }),
      async (length, pieces) => {
        const whole = await answers(track, length, []);
        const streamed = await answers(track, length, pieces);
        assertEquals(streamed.length, Math.ceil(length / 320));
        assertEquals(whole.length, streamed.length);
        whole.forEach((values, frame) =>
          values.forEach((value, at) =>
            assert(Math.abs(value - streamed[frame]![at]!) < 1e-4, `frame ${frame}`)
          )
        );
      },
    ),
    { numRuns: 60, seed: 5 },
  );
});

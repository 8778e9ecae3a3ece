/** What is written of a patch is what is read, from another side of the memory too. */
import { assert, assertEquals } from "@std/assert";
import { type PatchResult, PatchRing } from "../../src/lipsync/mod.ts";

const FAMILIES = ["musetalk", "wav2lip", "ultralight"] as const;

Deno.test("PatchRing: every field comes back, for each family, protected or not, with a patch or as rest", () => {
  const ring = new PatchRing(16);
  const reader = new PatchRing(16, ring.ring.buffer);
  let nth = 0;
  for (const family of FAMILIES) {
    for (const isProtected of [false, true]) {
      for (const side of [0, 96]) {
        nth++;
        const result: PatchResult = {
          speechFrame: 1000 + nth,
          epoch: 20 + nth,
          isProtected,
          family,
          clip: 3 * nth,
          step: 500 + 7 * nth,
          avatar: 40 + nth,
          ...(side ? { patch: { side, rgb: new Uint8Array(side * side * 3).fill(nth) } } : {}),
        };
        assert(ring.write(result));
        const head = reader.ring.peek();
        const { patch: _, ...rest } = result;
        assertEquals({
          speechFrame: reader.speechFrame(head),
          epoch: reader.epoch(head),
          isProtected: reader.isProtected(head),
          family: reader.family(head),
          clip: reader.clip(head),
          step: reader.step(head),
          avatar: reader.avatar(head),
        }, rest);
        assertEquals([reader.isRest(head), reader.side(head)], [side === 0, side]);
        if (side) {
          const read = reader.patch(head);
          assertEquals([read[0], read[side * side * 3 - 1]], [nth, nth]);
        }
        reader.ring.release();
      }
    }
  }
});

Deno.test("PatchRing: what finds no place is refused, and nothing that is there changes", () => {
  const ring = new PatchRing(2);
  const result = { epoch: 0, isProtected: true, family: "wav2lip", clip: 1, step: 2, avatar: 3 } as const;
  const written = Array.from({ length: 4 }, (_, speechFrame) => ring.write({ ...result, speechFrame }));
  assertEquals(written.filter(Boolean).length, ring.ring.queued);
  assertEquals([written.at(-1), ring.speechFrame(ring.ring.peek())], [false, 0]);
});

/**
 * Every shipped avatar looks as it was approved: its still figure with four mouths, small, against kept pictures.
 * Written anew by LIPCAM_GOLDEN=write; look at them with `deno task avatars:sheet` before committing.
 */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { type Box, listAvatars } from "../../src/avatar/mod.ts";
import { loadPuppet } from "../../src/avatar/load.ts";
import { Warp } from "../../src/avatar/posed/warp.ts";
import { MOUTH_LENGTH } from "../../src/lipsync/mod.ts";

const SHIPPED = decodeURIComponent(new URL("../../avatars", import.meta.url).pathname);
const GOLDEN = decodeURIComponent(new URL("../golden/avatar", import.meta.url).pathname);
const SIZE = { width: 160, height: 90 };
/** Mean difference in steps of 255. Not bit for bit: Skia rounds differently from one processor to another. */
const AWAY_MAX = 0.25;
/** The same over the luma of eyes and brows, and of mouth and chin, which are small. */
const PART_AWAY_MAX = 1.5;
const MOUTHS = [["closed", []], ["aa", [1]], ["ee", [0.18, 1]], ["oo", [0.12, 0, 1]]] as const;

for (const { id, folder } of listAvatars([SHIPPED])) {
  Deno.test(`${id} looks as it was approved, to ${AWAY_MAX} steps of 255`, async () => {
    using puppet = await loadPuppet(folder, SIZE, { background: { kind: "own" }, framing: "bust" });
    for (const [name, values] of MOUTHS) {
      const warp = new Warp(puppet.figure, puppet.background, false);
      const mouth = Float32Array.from({ length: MOUTH_LENGTH }, (_, index) => values[index] ?? 0);
      puppet.paintMouth(warp.figure, mouth, 0);
      warp.bend({ x: 0, y: 0, ...SIZE });
      const { bytes } = warp.output;
      const path = `${GOLDEN}/${id}_${name}_160x90.i420`;
      if (Deno.env.get("LIPCAM_GOLDEN") === "write") Deno.writeFileSync(path, bytes);
      const golden = Deno.readFileSync(path);
      assertEquals(golden.length, bytes.length);
      let away = 0;
      for (let at = 0; at < bytes.length; at++) away += Math.abs(bytes[at]! - golden[at]!);
      assertLess(away / bytes.length, AWAY_MAX, name);
      assertLess(apart(bytes, golden, puppet.upperBox), PART_AWAY_MAX, `${name}, eyes and brows`);
      assertLess(apart(bytes, golden, puppet.mouthBox), PART_AWAY_MAX, `${name}, mouth`);
      // the closed mouth would not pass for an open one
      if (name !== "aa") continue;
      const closed = Deno.readFileSync(`${GOLDEN}/${id}_closed_160x90.i420`);
      assertGreater(apart(bytes, closed, puppet.mouthBox), PART_AWAY_MAX, "open and closed mouth");
    }
  });
}

/** Mean difference of luma within `box`. */
function apart(one: Uint8Array, other: Uint8Array, { x, y, width, height }: Box): number {
  let sum = 0;
  for (let row = y; row < y + height; row++) {
    for (let at = row * SIZE.width + x; at < row * SIZE.width + x + width; at++) {
      sum += Math.abs(one[at]! - other[at]!);
    }
  }
  return sum / (width * height);
}

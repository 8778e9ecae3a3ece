/** Which known name a mistyped one means. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { distanceBetween, nearest, sharedStart } from "../../src/text/mod.ts";

Deno.test("nearest forgives swaps and case, and answers nothing for something else", () => {
  const known = ["avatar", "camera", "cameraFormat", "voice"];
  assertEquals(nearest("avatra", known), "avatar");
  assertEquals(nearest("CAMERA_FORMAT", known), "cameraFormat");
  assertEquals(nearest("zebra-crossing", known), undefined);
});

Deno.test("distanceBetween counts each letter put in, left out, changed or swapped as one", () => {
  const cases: readonly [string, string, number][] = [
    ["", "", 0],
    ["", "abc", 3],
    ["voice", "voice", 0],
    ["en-su", "en-us", 1],
    ["vn", "vi", 1],
    ["camrea", "camera", 1],
    ["kitten", "sitting", 3],
  ];
  for (const [one, other, distance] of cases) assertEquals(distanceBetween(one, other), distance, one);
});

Deno.test("distanceBetween is the same both ways, and `enough` only cuts it off", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(fc.property(word, word, fc.integer({ min: 1, max: 12 }), (one, other, enough) => {
    const distance = distanceBetween(one, other);
    assertEquals(distanceBetween(other, one), distance);
    assertEquals(distance === 0, one === other);
    assertEquals(Math.min(distanceBetween(one, other, enough), enough), Math.min(distance, enough));
  }));
});

Deno.test("sharedStart counts the letters both begin with", () => {
  assertEquals([sharedStart("en-su", "en-us"), sharedStart("vn", "an"), sharedStart("a", "a")], [3, 0, 1]);
});

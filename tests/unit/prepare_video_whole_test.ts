/** What FilmWhole takes for missing, to the second that may be. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { FilmWhole, type SaidLength } from "../../src/prepare/video/film_whole.ts";

const NOTHING_SAID = { picturesSec: 0, fileEndSec: 0 };

/** Pictures 0.1 s apart, all in the file, those from `lostFrom` to `lostTo` not decoded. */
function read(
  seconds: number,
  said: SaidLength,
  lostFrom = 0,
  lostTo = 0,
  otherEndSec = 0,
): string | undefined {
  const whole = new FilmWhole(said);
  whole.other(otherEndSec);
  let lastSec = 0;
  let first: number | undefined;
  for (let nth = 0; nth < seconds * 10; nth++) {
    const atSec = 5 + nth / 10;
    whole.coded(atSec, atSec + 0.1);
    if (nth / 10 >= lostFrom - 1e-6 && nth / 10 < lostTo - 1e-6) continue;
    const missing = whole.decoded(atSec);
    if (missing !== undefined) return missing;
    first ??= atSec;
    lastSec = atSec + 0.1 - first;
  }
  return whole.end(lastSec);
}

Deno.test("FilmWhole: more than a second that is not decoded is missing, wherever it is", () => {
  for (const from of [0, 3, 7]) {
    assertEquals(read(8, NOTHING_SAID, from, from + 0.9), undefined, `from ${from}`);
  }
  assertEquals(
    read(8, NOTHING_SAID, 3, 4.2),
    "what it has from 0:03.0 to 0:04.2 cannot be decoded, wanted a whole film",
  );
  assertStringIncludes(read(8, NOTHING_SAID, 0, 1.2)!, "from 0:00.0 to 0:01.2 cannot");
  assertStringIncludes(read(8, NOTHING_SAID, 6.5, 8)!, "from 0:06.5 to 0:08.0 cannot");
});

Deno.test("FilmWhole: what the pictures' own track says counts, not how long the sound goes on", () => {
  const said = { picturesSec: 8, fileEndSec: 60 };
  assertEquals(read(8, said, 0, 0, 60), undefined);
  assertEquals(read(7.1, said), undefined);
  assertEquals(read(6.8, said), "cut off at 0:06.8 of 0:08.0, wanted a whole film");
});

Deno.test("FilmWhole: where only the whole file says something, the longest of its tracks must be there", () => {
  const said = { picturesSec: 0, fileEndSec: 60 };
  assertEquals(read(8, said, 0, 0, 59.5), undefined);
  assertEquals(read(8, said, 0, 0, 40), "cut off at 0:08.0 of 1:00.0, wanted a whole film");
});

Deno.test("FilmWhole: pictures that come in another order than they are shown miss nothing", () => {
  const whole = new FilmWhole(NOTHING_SAID);
  for (let group = 0; group < 5; group++) {
    for (const place of [0, 3, 1, 2]) whole.coded(group * 4 + place, group * 4 + place + 1);
  }
  for (let atSec = 0; atSec < 20; atSec++) assertEquals(whole.decoded(atSec), undefined);
  assertEquals(whole.end(20), undefined);
});

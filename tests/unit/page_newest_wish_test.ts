/** Of wishes that come too fast the newest is fulfilled, one at a time. */
import { assertEquals, assertRejects } from "@std/assert";
import { NewestWish } from "../../src/control/page/newest_wish.ts";

/** Fulfils when it is told to. */
class House {
  readonly asked: string[] = [];
  readonly pending: string[] = [];
  readonly wish = new NewestWish((wish) => {
    this.asked.push(wish);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    [this.done, this.fail] = [resolve, () => reject(new Error(wish))];
    return promise;
  }, (pending) => this.pending.push(pending));
  done: () => void = () => {};
  fail: () => void = () => {};
}

/** What waits for a promise has run. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("newest wish: the last of many comes after the one that is under way, the others never", async () => {
  const house = new House();
  const first = house.wish.make("one");
  await Promise.all(["two", "three", "four"].map((wish) => house.wish.make(wish)));
  assertEquals(house.wish.pending, "four");
  house.done();
  await settled();
  assertEquals(house.asked, ["one", "four"]);
  house.done();
  await first;
  assertEquals(house.pending, ["one", "two", "three", "four", ""]);
});

Deno.test("newest wish: what failed is told only where it is still wished", async () => {
  const house = new House();
  const first = house.wish.make("one");
  await house.wish.make("two");
  house.fail();
  await settled();
  assertEquals(house.asked, ["one", "two"]);
  house.fail();
  await assertRejects(() => first, Error, "two");
  assertEquals(house.wish.pending, "");
});

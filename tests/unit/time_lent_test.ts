/** What works on in a library's threads is closed when it ends, not when somebody loses patience. */
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/errors/mod.ts";
import { delay, Lent, openedInTime } from "../../src/time/mod.ts";

function closing(closed: string[], name: string): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: () => {
      closed.push(name);
      return Promise.resolve();
    },
  };
}

Deno.test("Lent: what is done, or has failed, in time is closed at once, in reverse order", async () => {
  for (const work of [Promise.resolve(7), Promise.reject(new Error("broken"))]) {
    const closed: string[] = [];
    const lent = new Lent();
    lent.use(closing(closed, "file"));
    lent.use({ [Symbol.dispose]: () => void closed.push("decoder") });
    const done = await lent.within(work, 1000, "reading").catch((error: Error) => error.message);
    assertEquals([7, "broken"].includes(done), true);
    await lent[Symbol.asyncDispose]();
    assertEquals(closed, ["decoder", "file"]);
  }
});

Deno.test("Lent: what a deadline has passed over is closed when its work ends", async () => {
  for (const isFailing of [false, true]) {
    const closed: string[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    {
      await using lent = new Lent();
      lent.use(closing(closed, "decoder"));
      const drop = (picture: string) => void closed.push(picture);
      const fault = await assertRejects(() => lent.within(promise, 1, "reading", drop), Fault);
      assertEquals(fault.code, "deadline");
    }
    await delay(5);
    assertEquals(closed, [], "closed under work");
    if (isFailing) reject(new Error("broken"));
    else resolve("picture");
    await delay(5);
    assertEquals(closed, isFailing ? ["decoder"] : ["picture", "decoder"]);
  }
});

Deno.test("openedInTime: what opens too late, or after an abort, is closed; what opens in time is not", async () => {
  const closed: string[] = [];
  await openedInTime(Promise.resolve(closing(closed, "in time")), 1000, "opening");
  const late = Promise.withResolvers<AsyncDisposable>();
  await assertRejects(() => openedInTime(late.promise, 1, "opening"), Fault);
  const stop = new AbortController();
  const stopped = Promise.withResolvers<AsyncDisposable>();
  const opening = openedInTime(stopped.promise, 1000, "opening", stop.signal);
  stop.abort(new Fault("stopped", { code: "stopped" }));
  await assertRejects(() => opening, Fault, "stopped");
  const failing = Promise.reject(new Error("no film"));
  await assertRejects(() => openedInTime(failing, 1000, "opening"), Error, "no film");
  assertEquals(closed, []);
  late.resolve(closing(closed, "late"));
  stopped.resolve(closing(closed, "stopped"));
  await delay(5);
  assertEquals(closed, ["late", "stopped"]);
});

/** A toggle of the page: a press asks for the state that is not shown, never for "the other one". */
import { assertEquals, assertRejects } from "@std/assert";
import { WishedSwitch } from "../../src/control/page/wished_switch.ts";

/** Two pages may steer one. */
class Programme {
  isOn = false;
  readonly orders: boolean[] = [];
  isAway = false;

  readonly order = async (isOn: boolean): Promise<boolean> => {
    await Promise.resolve();
    if (this.isAway) throw new Error("away");
    this.orders.push(isOn);
    return this.isOn = isOn;
  };
}

function page(programme: Programme): { readonly shown: boolean[]; readonly toggle: WishedSwitch } {
  const shown: boolean[] = [];
  return { shown, toggle: new WishedSwitch(programme.order, (isOn) => shown.push(isOn)) };
}

Deno.test("wished switch: pressed on two pages at once it is on", async () => {
  const programme = new Programme();
  const pages = [page(programme), page(programme)];
  await Promise.all(pages.map(({ toggle }) => toggle.press()));
  assertEquals([programme.isOn, programme.orders], [true, [true, true]]);
});

Deno.test("wished switch: shown at once; a state from before the answer changes nothing", async () => {
  const programme = new Programme();
  const { toggle, shown } = page(programme);
  const pressed = toggle.press();
  assertEquals([toggle.isOn, shown.at(-1)], [true, true]);
  toggle.hear(false);
  assertEquals(toggle.isOn, true);
  await pressed;
  assertEquals([toggle.isOn, shown.includes(false)], [true, false]);
  toggle.hear(false); // elsewhere
  assertEquals([toggle.isOn, shown.at(-1)], [false, false]);
});

Deno.test("wished switch: pressed twice before the answer it is off in the end, one order after the other", async () => {
  const programme = new Programme();
  const { toggle } = page(programme);
  await Promise.all([toggle.press(), toggle.press()]);
  assertEquals([programme.isOn, toggle.isOn, programme.orders], [false, false, [true, false]]);
});

Deno.test("wished switch: what could not be done is shown as it is", async () => {
  const programme = new Programme();
  const { toggle, shown } = page(programme);
  programme.isAway = true;
  await assertRejects(() => toggle.press(), Error, "away");
  assertEquals([toggle.isOn, shown.at(-1)], [false, false]);
});

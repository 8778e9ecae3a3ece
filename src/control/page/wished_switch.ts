/**
 * A toggle of the programme. In: presses, what the programme says it is. Out: orders that name the state wanted, one after
 * the other, so that two pages that are pressed at once want the same; what to show, which is the wish until it is
 * answered.
 */
import { NewestWish } from "./newest_wish.ts";

export class WishedSwitch {
  readonly #wish: NewestWish;
  readonly #show: (isOn: boolean) => void;
  #isOn = false;

  /** `order` has the programme do it and resolves with what it is then. `show` is called with what a press would change. */
  constructor(order: (isOn: boolean) => Promise<boolean>, show: (isOn: boolean) => void) {
    this.#wish = new NewestWish(async (wish) => {
      this.#isOn = await order(wish === "on");
    }, () => show(this.isOn));
    this.#show = show;
  }

  /** As it is shown. */
  get isOn(): boolean {
    return this.#wish.pending === "" ? this.#isOn : this.#wish.pending === "on";
  }

  /** The programme says so. What it said before it did what is wished counts for nothing. */
  hear(isOn: boolean): void {
    if (this.#wish.pending === "") this.#isOn = isOn;
    this.#show(this.isOn);
  }

  /** Resolves when it is done. Rejects where it could not be. */
  async press(): Promise<void> {
    await this.#wish.make(this.isOn ? "off" : "on");
  }
}

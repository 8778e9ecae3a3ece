/**
 * Held still and panic: the avatar stops in its last picture, silent, from the next unit on, until it is let go.
 *
 * In: orders from keys, commands, the API, OBS. Out: the switch that the stage looks at, and a word about panic to whoever
 * steers OBS. Holding and panic are two reasons; it goes on when neither is left. Main thread.
 */
import type { FreezeSwitch } from "./freeze_switch.ts";

export interface StillState {
  readonly isHeld: boolean;
  readonly isPanic: boolean;
}

export class Stillness {
  readonly #freeze: FreezeSwitch;
  readonly #onPanic: (isOn: boolean) => void;
  #isHeld = false;
  #isPanic = false;

  constructor(freeze: FreezeSwitch, onPanic: (isOn: boolean) => void) {
    this.#freeze = freeze;
    this.#onPanic = onPanic;
  }

  get state(): StillState {
    return { isHeld: this.#isHeld, isPanic: this.#isPanic };
  }

  /** Without `isOn` the other way round from now. */
  hold(isOn: boolean = !this.#isHeld): StillState {
    this.#isHeld = isOn;
    this.#apply();
    return this.state;
  }

  /** Without `isOn` the other way round from now. */
  panic(isOn: boolean = !this.#isPanic): StillState {
    const isNew = isOn !== this.#isPanic;
    this.#isPanic = isOn;
    this.#apply();
    if (isNew) this.#onPanic(isOn);
    return this.state;
  }

  #apply(): void {
    this.#freeze.isOn = this.#isHeld || this.#isPanic;
  }
}

/**
 * Toggles in a row that changes while it is looked at. In: which there are now, by name. Out: a call when one is pressed. A
 * button stays the same element as long as its name is there, so that whoever came to it by keys stays on it.
 */
/// <reference lib="dom" />
import { make, press, tell } from "./dom.ts";

export interface Chip<Order> {
  readonly name: string;
  readonly label: string;
  readonly isOn: boolean;
  /** What a press asks for. */
  readonly order: Order;
}

interface Placed<Order> {
  readonly button: HTMLButtonElement;
  order: Order;
}

export class ChipRow<Order> {
  readonly #row: HTMLElement;
  readonly #onPress: (order: Order) => void;
  readonly #placed = new Map<string, Placed<Order>>();

  constructor(row: HTMLElement, onPress: (order: Order) => void) {
    this.#row = row;
    this.#onPress = onPress;
  }

  show(chips: readonly Chip<Order>[]): void {
    for (const [name, { button }] of this.#placed) {
      if (chips.some((chip) => chip.name === name)) continue;
      button.remove();
      this.#placed.delete(name);
    }
    chips.forEach(({ name, label, isOn, order }, at) => {
      const placed = this.#placed.get(name) ?? this.#make(name, order);
      placed.order = order;
      tell(placed.button, label);
      press(placed.button, isOn);
      const there = this.#row.children[at] ?? null;
      if (there !== placed.button) this.#row.insertBefore(placed.button, there);
    });
  }

  #make(name: string, order: Order): Placed<Order> {
    const placed = { button: make("button", { type: "button", className: "chip" }), order };
    placed.button.addEventListener("click", () => this.#onPress(placed.order));
    this.#placed.set(name, placed);
    return placed;
  }
}

/** Elements by id and made new, in few words. */
/// <reference lib="dom" />

export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A toggle that says whether it is pressed, to eyes and to ears. */
export function press(button: HTMLElement, isPressed: boolean): void {
  button.setAttribute("aria-pressed", String(isPressed));
}

/** Puts a text only where it is new, or a screen reader would say it again and again. */
export function tell(place: Node, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

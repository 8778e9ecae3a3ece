/**
 * A book of the page's controls: which there were at any time, and which were used. In: the page's own events, told by a
 * script that comes before the page's. Out: names. A control that appears for a moment only is in it too.
 */
/// <reference lib="dom" />
import type { Page } from "playwright-core";

export class ControlBook {
  readonly #seen = new Set<string>();
  readonly #used = new Set<string>();

  /** Before the page is loaded; it goes on over reloads. */
  async open(page: Page): Promise<void> {
    await page.exposeFunction("controlSeen", (name: string) => void this.#seen.add(name));
    await page.exposeFunction("controlUsed", (name: string) => void this.#used.add(name));
    await page.addInitScript(watchControls);
  }

  get seen(): string[] {
    return [...this.#seen].sort();
  }

  get unused(): string[] {
    return this.seen.filter((name) => !this.#used.has(name));
  }
}

interface Told {
  controlSeen(name: string): void;
  controlUsed(name: string): void;
}

/** Runs in the page. */
function watchControls(): void {
  const { controlSeen, controlUsed } = globalThis as unknown as Told;
  const controls = "button, input, select, textarea, a[href]";
  /** By its id or what it is for; those of a list share one name. */
  const nameOf = (control: HTMLElement) => {
    const { setting, act } = control.dataset;
    const value = control instanceof HTMLButtonElement ? control.value : "";
    if (control.id !== "") return `#${control.id}`;
    if (setting !== undefined) return `setting ${setting}`;
    if (act !== undefined) return `act ${act}`;
    const place = control.closest("[id]")?.id ?? "body";
    return ["#" + place, control.tagName.toLowerCase(), control.className, value].filter(Boolean).join(" ");
  };
  const told = new Set<string>();
  const look = () => {
    for (const control of document.querySelectorAll<HTMLElement>(controls)) {
      const name = nameOf(control);
      if (!told.has(name)) controlSeen(name);
      told.add(name);
    }
  };
  const use = ({ target }: Event) => {
    const control = target instanceof Element ? target.closest<HTMLElement>(controls) : null;
    if (control !== null) controlUsed(nameOf(control));
  };
  document.addEventListener("DOMContentLoaded", () => {
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  });
  document.addEventListener("click", (event) => {
    const isField = event.target instanceof Element &&
      event.target.matches("select, textarea, input:not([type=file])");
    if (!isField) use(event); // a field is used when its value changes
  }, true);
  document.addEventListener("input", use, true);
}

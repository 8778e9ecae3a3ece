/**
 * What is wrong with how the page looks, found by measuring. In: a page as it is now. Out: one line for each fault: wider than
 * the window, controls that overlap, words and cards that are cut off, text too faint to read, controls without a name.
 */
/// <reference lib="dom" />
import type { Page } from "playwright-core";

/** WCAG 2, AA, for text of the usual size. */
const CONTRAST_MIN = 4.5;

export async function faultsOfLook(page: Page): Promise<string[]> {
  return [
    ...await page.evaluate(faultsOfShape),
    ...await page.evaluate(faultsOfContrast, CONTRAST_MIN),
    ...await page.evaluate(faultsOfNames),
  ];
}

/** Runs in the page. */
function faultsOfShape(): string[] {
  const faults: string[] = [];
  const targetPxMin = 24; // WCAG 2.2, AA
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) {
    faults.push(`the page is ${scrollWidth} pixels wide in a window of ${innerWidth}`);
  }
  const nameOf = (one: Element) =>
    `${one.tagName.toLowerCase()}#${one.id} "${one.textContent!.trim().slice(0, 30)}"`;
  /** The part that is in sight; undefined where none is. */
  const inSight = (one: Element) => {
    let { left, top, right, bottom } = one.getBoundingClientRect();
    for (let outer = one.parentElement; outer !== null; outer = outer.parentElement) {
      if (getComputedStyle(outer).overflow === "visible") continue;
      const clip = outer.getBoundingClientRect();
      [left, top] = [Math.max(left, clip.left), Math.max(top, clip.top)];
      [right, bottom] = [Math.min(right, clip.right), Math.min(bottom, clip.bottom)];
    }
    return right - left > 2 && bottom - top > 2 ? { left, top, right, bottom } : undefined;
  };
  const ink = new OffscreenCanvas(1, 1).getContext("2d")!;
  /** Whether what is chosen is wider than the room beside the arrow. The settings hold sentences, whole only in the list. */
  const isCut = (select: HTMLSelectElement) => {
    if (select.size > 1 || select.closest("dialog") !== null) return false;
    const arrowPx = 16;
    const { font, paddingLeft, paddingRight } = getComputedStyle(select);
    ink.font = font;
    const { width } = ink.measureText(select.selectedOptions[0]?.text ?? "");
    return width > select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - arrowPx;
  };
  for (const card of document.querySelectorAll("figure, .talk, .subtitles")) {
    const isShort = card.scrollHeight > card.clientHeight + 1 && !card.matches(".subtitles"); // those are scrolled
    if (isShort || card.scrollWidth > card.clientWidth + 1) {
      faults.push(`cut off: ${nameOf(card)}, ${card.scrollWidth} by ${card.scrollHeight} pixels`);
    }
  }
  const place = document.querySelector("dialog[open]") ?? document.body; // what lies behind cannot be reached
  const kinds = "button, select, textarea, input:not(.hidden), .file, a[href]:not(.skip)";
  const places = [...place.querySelectorAll(kinds)].flatMap((control) => {
    const box = inSight(control);
    return box === undefined ? [] : [{ control, box }];
  });
  for (const [index, { control, box }] of places.entries()) {
    const { width, height } = control.getBoundingClientRect();
    if (control.matches("button, select, .file") && Math.min(width, height) < targetPxMin) {
      faults.push(`too small: ${nameOf(control)}, ${Math.round(width)} by ${Math.round(height)} pixels`);
    }
    if (control.scrollWidth > control.clientWidth + 1 && control.matches("button, .file")) {
      faults.push(`cut off: ${nameOf(control)}`);
    }
    if (control instanceof HTMLSelectElement && isCut(control)) {
      faults.push(`cut off: ${nameOf(control)}, "${control.selectedOptions[0]?.text}"`);
    }
    for (const other of places.slice(index + 1)) {
      const [across, down] = [
        Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left),
        Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top),
      ];
      if (across > 1 && down > 1) faults.push(`overlap: ${nameOf(control)} and ${nameOf(other.control)}`);
    }
  }
  return faults;
}

/** Runs in the page. Not looked at: what lies over the picture. */
function faultsOfContrast(contrastMin: number): string[] {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
  const rgba = (colour: string) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour: string) => {
    const [red, green, blue] = rgba(colour).map((level) => {
      const share = level / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const groundOf = (one: Element | null): string => {
    if (one === null) return "white";
    const { backgroundColor } = getComputedStyle(one);
    return rgba(backgroundColor)[3]! > 250 ? backgroundColor : groundOf(one.parentElement);
  };
  const faults = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const [text, holder] = [walker.currentNode.textContent!.trim(), walker.currentNode.parentElement!];
    if (text === "" || holder.closest(".frame, .hidden, .skip, option, script, noscript") !== null) continue;
    if (!holder.checkVisibility()) continue;
    const [one, other] = [luminance(getComputedStyle(holder).color), luminance(groundOf(holder))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < contrastMin) faults.add(`contrast ${ratio.toFixed(1)}: "${text.slice(0, 30)}"`);
  }
  return [...faults];
}

/** Runs in the page. */
function faultsOfNames(): string[] {
  const controls = [
    ...document.querySelectorAll<HTMLInputElement>("button, select, textarea, input, a[href], video"),
  ];
  return controls.filter((control) => {
    const labels = [...control.labels ?? []].map(({ textContent }) => textContent).join("");
    const name = control.getAttribute("aria-label") ?? (labels || control.textContent);
    return !/[\p{L}?]/u.test(name ?? "");
  }).map((control) => `without a name: ${control.outerHTML.slice(0, 80)}`);
}

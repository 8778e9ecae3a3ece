/** Numbers of the last two minutes as lines. In: one value of each a second. SVG, so that it is sharp at every size. */
/// <reference lib="dom" />
import { element, make } from "./dom.ts";
import { type Word, word } from "./words.ts";

const SECONDS = 120;
const WIDTH = 240;
const HEIGHT = 56;
const SVG = "http://www.w3.org/2000/svg";

interface Course {
  readonly label: Word;
  readonly unit: string;
  readonly digits: number;
  readonly values: (number | undefined)[];
  readonly line: SVGPolylineElement;
  readonly number: HTMLElement;
  readonly title: HTMLElement;
  readonly range: HTMLElement;
}

const COURSES: readonly (readonly [key: string, label: Word, unit: string, digits: number])[] = [
  ["fps", "fps", "", 1],
  ["lagged", "lagged", "", 0],
  ["skew", "skew", "ms", 0],
  ["latency", "latency", "ms", 0],
  ["queue", "queue", "", 0],
  ["kilobits", "bitrate", "kbit/s", 0],
];

export class Charts {
  readonly #courses = new Map<string, Course>();

  constructor() {
    for (const [key, label, unit, digits] of COURSES) this.#courses.set(key, course(label, unit, digits));
    this.relabel();
  }

  /** Once a second. A missing value leaves a gap. */
  add(values: Readonly<Record<string, number | undefined>>): void {
    for (const [key, course] of this.#courses) {
      course.values.push(values[key]);
      if (course.values.length > SECONDS) course.values.shift();
      draw(course);
    }
  }

  relabel(): void {
    for (const { title, label } of this.#courses.values()) title.textContent = word(label);
  }
}

function course(label: Word, unit: string, digits: number): Course {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  picture.append(line);
  const title = make("figcaption");
  const number = make("strong", { textContent: "–" });
  const range = make("small");
  element("charts").append(
    make("figure", {}, make("div", { className: "head" }, title, number), picture, range),
  );
  return { label, unit, digits, values: [], line, number, title, range };
}

function draw({ values, line, number, unit, digits, range }: Course): void {
  const known = values.filter((value) => value !== undefined);
  const newest = values.at(-1);
  number.textContent = newest === undefined ? "–" : `${newest.toFixed(digits)} ${unit}`;
  if (known.length === 0) return;
  const low = Math.min(0, ...known);
  const high = Math.max(low + 1, ...known);
  range.textContent = `${low.toFixed(digits)} … ${high.toFixed(digits)}`;
  const points = values.flatMap((value, index) => {
    if (value === undefined) return [];
    const x = (SECONDS - values.length + index) / (SECONDS - 1) * WIDTH;
    const y = HEIGHT - 3 - (value - low) / (high - low) * (HEIGHT - 6);
    return [`${x.toFixed(1)},${y.toFixed(1)}`];
  });
  line.setAttribute("points", points.join(" "));
}

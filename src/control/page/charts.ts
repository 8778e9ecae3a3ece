/** Numbers of the last two minutes as lines. In: one value of each a second. SVG, so that it is sharp at every size. */
/// <reference lib="dom" />
import { element, make } from "./dom.ts";
import { type Word, word } from "./words.ts";

const SECONDS = 120;
const WIDTH = 240;
const HEIGHT = 48;
const SVG = "http://www.w3.org/2000/svg";

interface Course {
  readonly label: Word;
  readonly about: Word;
  readonly unit: string;
  readonly digits: number;
  /** The scale reaches at least so far, so that small changes look small. */
  readonly high: number;
  readonly values: (number | undefined)[];
  readonly picture: SVGSVGElement;
  readonly line: SVGPathElement;
  readonly area: SVGPathElement;
  readonly number: HTMLElement;
  readonly title: HTMLElement;
  readonly figure: HTMLElement;
}

const COURSES: readonly (readonly [
  key: string,
  label: Word,
  about: Word,
  unit: string,
  digits: number,
  high: number,
])[] = [
  ["fps", "fps", "fpsAbout", "", 1, 30],
  ["lagged", "lagged", "laggedAbout", "", 0, 5],
  ["skew", "skew", "skewAbout", "ms", 0, 20],
  ["latency", "latency", "latencyAbout", "ms", 0, 100],
  ["queue", "queue", "queueAbout", "", 0, 4],
  ["kilobits", "bitrate", "bitrateAbout", "kbit/s", 0, 500],
];

export class Charts {
  readonly #courses = new Map<string, Course>();

  constructor() {
    for (const [key, ...rest] of COURSES) this.#courses.set(key, course(...rest));
    this.retell();
  }

  /** Once a second. A missing value leaves a gap. */
  add(values: Readonly<Record<string, number | undefined>>): void {
    for (const [key, course] of this.#courses) {
      course.values.push(values[key]);
      if (course.values.length > SECONDS) course.values.shift();
      draw(course);
    }
  }

  /** The programme is away: what it was is no longer so. */
  lose(): void {
    this.add({});
  }

  /** In the language chosen now. */
  retell(): void {
    for (const course of this.#courses.values()) {
      course.title.textContent = word(course.label);
      course.figure.title = word(course.about);
      draw(course);
    }
  }
}

function course(label: Word, about: Word, unit: string, digits: number, high: number): Course {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("role", "img");
  const path = (className: string) => {
    const made = document.createElementNS(SVG, "path");
    made.setAttribute("class", className);
    picture.append(made);
    return made;
  };
  const [area, line] = [path("area"), path("line")];
  const title = make("figcaption");
  const number = make("strong", { textContent: "–" });
  const measure = make("div", {}, number, make("small", { textContent: ` ${unit}` }));
  const figure = make("figure", {}, make("div", { className: "head" }, title, measure), picture);
  element("charts").append(figure);
  return { label, about, unit, digits, high, values: [], picture, line, area, number, title, figure };
}

function draw({ values, picture, line, area, number, unit, digits, high, label }: Course): void {
  const known = values.filter((value) => value !== undefined);
  const newest = values.at(-1);
  number.textContent = newest === undefined ? "–" : newest.toFixed(digits);
  if (known.length === 0) {
    for (const path of [line, area]) path.setAttribute("d", "");
    return;
  }
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const between = `${least.toFixed(digits)}–${most.toFixed(digits)} ${unit}`;
  picture.setAttribute("aria-label", word("chart", { what: word(label), range: between }));
  const [low, top] = [Math.min(0, least), Math.max(high, most * 1.1)];
  const x = (index: number) => ((SECONDS - values.length + index) / (SECONDS - 1) * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - 2 - (value - low) / (top - low) * (HEIGHT - 4)).toFixed(1);
  const strokes: string[] = [];
  const fills: string[] = [];
  for (let from = 0; from < values.length; from++) {
    let to = from; // a stretch without gaps
    while (values[to] !== undefined) to++;
    if (to === from) continue;
    const points = values.slice(from, to).map((value, index) => `${x(from + index)},${y(value!)}`);
    strokes.push(`M${points.join("L")}`);
    fills.push(`M${x(from)},${HEIGHT}L${points.join("L")}L${x(to - 1)},${HEIGHT}Z`);
    from = to;
  }
  line.setAttribute("d", strokes.join(""));
  area.setAttribute("d", fills.join(""));
}

/**
 * Cuts the text of an SVG into pieces that can be painted one after the other, with things of ours between them.
 *
 * In: the inside of an <svg> as a style library writes it (elements and attributes, no text, no comments) and the
 * offsets to cut at. Out: pieces that are complete by themselves (the groups that were open at a cut are closed and
 * opened again) and what holds at every cut: transforms and inherited attributes. No state, any thread.
 */

/** Affine transform as in SVG: x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
export type Attributes = ReadonlyMap<string, string>;

export const UPRIGHT: Matrix = [1, 0, 0, 1, 0, 0];

export interface Place {
  /** From the units at the cut to those of the whole picture. */
  readonly matrix: Matrix;
  /** Of the groups around the cut, the inner ones winning. */
  readonly attributes: Attributes;
}

export interface CutSvg {
  /** One more than there are cuts. */
  readonly pieces: readonly string[];
  readonly places: readonly Place[];
  /** Masks and gradients that any piece may refer to. */
  readonly definitions: string;
}

export interface Tag {
  readonly name: string;
  readonly attributes: Attributes;
  readonly kind: "open" | "close" | "empty";
  /** Where it begins and where the text after it begins. */
  readonly from: number;
  readonly to: number;
  readonly source: string;
}

const TAG = /<(\/?)([a-z][\w:-]*)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/gi;
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g;
const DEFINITION = /<(mask|defs|clipPath|linearGradient|radialGradient)\b[\s\S]*?<\/\1>/g;
const TRANSFORM = /(matrix|translate|scale|rotate)\(([^)]*)\)/g;

export function* tagsOf(svg: string): Generator<Tag> {
  for (const match of svg.matchAll(TAG)) {
    const [source, slash, name, attributes, empty] = match;
    yield {
      name: name!,
      attributes: new Map(Array.from(attributes!.matchAll(ATTRIBUTE), ([, key, value]) => [key!, value!])),
      kind: slash === "/" ? "close" : empty === "/" ? "empty" : "open",
      from: match.index,
      to: match.index + source.length,
      source,
    };
  }
}

/** `cuts` are ascending offsets that lie between two tags. */
export function cutSvg(svg: string, cuts: readonly number[]): CutSvg {
  const pieces: string[] = [];
  const places: Place[] = [];
  const open: Tag[] = [];
  let head = "";
  let start = 0;
  const cut = (at: number) => {
    pieces.push(head + svg.slice(start, at) + open.map((tag) => `</${tag.name}>`).reverse().join(""));
    places.push(placeOf(open));
    head = open.map((tag) => tag.source).join("");
    start = at;
  };
  let next = 0;
  for (const tag of tagsOf(svg)) {
    while (next < cuts.length && cuts[next]! <= tag.from) cut(cuts[next++]!);
    if (tag.kind === "open") open.push(tag);
    else if (tag.kind === "close") open.pop();
  }
  while (next < cuts.length) cut(cuts[next++]!);
  pieces.push(head + svg.slice(start));
  return {
    pieces: pieces.map((piece) => piece.replace(DEFINITION, "")),
    places,
    definitions: Array.from(svg.matchAll(DEFINITION), ([source]) => source).join(""),
  };
}

function placeOf(open: readonly Tag[]): Place {
  let matrix = UPRIGHT;
  const attributes = new Map<string, string>();
  for (const tag of open) {
    matrix = multiply(matrix, matrixOf(tag.attributes.get("transform")));
    for (const [key, value] of tag.attributes) if (key !== "transform") attributes.set(key, value);
  }
  return { matrix, attributes };
}

/** The matrix of a transform attribute; `undefined` is none. */
export function matrixOf(transform: string | undefined): Matrix {
  let matrix = UPRIGHT;
  for (const [, name, list] of (transform ?? "").matchAll(TRANSFORM)) {
    const [a = 0, b, c, d = 0, e = 0, f = 0] = list!.trim().split(/[\s,]+/).map(Number);
    if (name === "matrix") matrix = multiply(matrix, [a, b ?? 0, c ?? 0, d, e, f]);
    else if (name === "translate") matrix = multiply(matrix, [1, 0, 0, 1, a, b ?? 0]);
    else if (name === "scale") matrix = multiply(matrix, [a, 0, 0, b ?? a, 0, 0]);
    else {
      const [cos, sin] = [Math.cos(a * Math.PI / 180), Math.sin(a * Math.PI / 180)];
      const around = multiply([1, 0, 0, 1, b ?? 0, c ?? 0], [cos, sin, -sin, cos, 0, 0]);
      matrix = multiply(matrix, multiply(around, [1, 0, 0, 1, -(b ?? 0), -(c ?? 0)]));
    }
  }
  return matrix;
}

/** First `inner`, then `outer`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [ia, ib, ic, id, ie, jf] = inner;
  return [
    a * ia + c * ib,
    b * ia + d * ib,
    a * ic + c * id,
    b * ic + d * id,
    a * ie + c * jf + e,
    b * ie + d * jf + f,
  ];
}

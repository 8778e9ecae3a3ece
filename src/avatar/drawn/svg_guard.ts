/**
 * Looks at art that cannot be trusted before it is painted: what would fetch, run, or grow without bound is refused.
 *
 * In: SVG source. Out: the source without comments, or an InputFault `bad_avatar` that names the file. Time is linear
 * in the text. Limits: 2 MB, 20 000 elements and references as written, 100 000 elements once references are followed.
 */
import type { InputFault } from "../../errors/mod.ts";
import { badAvatar } from "../folder.ts";

export const SVG_BYTES_MAX = 2 * 1024 * 1024;
const WRITTEN_MAX = 20_000;
const EXPANDED_MAX = 100_000;
const DEPTH_MAX = 100;
/** Elements that fetch, run or embed; shapes, gradients, clips, masks and patterns are all that art needs. */
const REFUSED = new Set([
  "script",
  "image",
  "feimage",
  "foreignobject",
  "iframe",
  "style",
  "a",
  "animate",
  "set",
]);
/** No tag of well-formed XML holds another "<", so each is found by its own first letter, whatever stands around it. */
const TAG = /<(\/?)([A-Za-z][\w:.-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>/g;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g;
const NAME = /^[\w.:-]{1,100}$/;

type Refusal = (line: string) => InputFault;

/** An element that has an id, or the whole: how many elements it holds and whom they refer to. */
interface Piece {
  readonly id: string | undefined;
  count: number;
  readonly references: string[];
}

/** `what` names the file. */
export function guardedSvg(svg: string, what: string): string {
  const refusal: Refusal = (line) => badAvatar(`${what} ${line}, wanted plain SVG shapes`);
  const text = withoutComments(svg.replace(/^\s*<\?xml[^<>]*\?>/, ""), refusal);
  const stray = /<[!?][^<>]{0,20}|&#/.exec(text);
  if (stray) throw refusal(`holds ${JSON.stringify(stray[0])}`);
  const whole: Piece = { id: undefined, count: 0, references: [] };
  const pieces = new Map<string, Piece>();
  const open: Piece[] = [];
  let written = 0;
  const close = (piece: Piece) => {
    const outer = open.at(-1) ?? whole;
    outer.count += piece.count;
    for (const reference of piece.references) outer.references.push(reference);
    if (piece.id === undefined) return;
    if (pieces.has(piece.id)) throw refusal(`has the id "${piece.id}" twice`);
    pieces.set(piece.id, piece);
  };
  for (const [, slash, name, attributes] of text.matchAll(TAG)) {
    if (slash === "/") {
      const piece = open.pop();
      if (piece) close(piece);
      continue;
    }
    const isRoot = written === 0 && name === "svg";
    if (!isRoot && (name === "svg" || REFUSED.has(name!.toLowerCase().replace(/^.*:/, "")))) {
      throw refusal(`holds <${name}>`);
    }
    const piece = pieceOf(attributes!, refusal);
    written += 1 + piece.references.length;
    if (written > WRITTEN_MAX) throw refusal(`has more than ${WRITTEN_MAX} elements`);
    if (attributes!.endsWith("/")) close(piece);
    else if (open.push(piece) > DEPTH_MAX) throw refusal(`nests deeper than ${DEPTH_MAX}`);
  }
  for (let piece = open.pop(); piece; piece = open.pop()) close(piece);
  if (expanded(whole, pieces, refusal) > EXPANDED_MAX) {
    throw refusal(`grows to more than ${EXPANDED_MAX} elements by its references`);
  }
  return text;
}

function pieceOf(attributes: string, refusal: Refusal): Piece {
  let id: string | undefined;
  const references: string[] = [];
  for (const [, name, quoted] of attributes.matchAll(ATTRIBUTE)) {
    const value = quoted!.slice(1, -1);
    if (name === "id") {
      if (!NAME.test(value)) throw refusal(`has the id ${JSON.stringify(value.slice(0, 40))}`);
      id = value;
      continue;
    }
    const targets = /href$/i.test(name!) ? [value.trim()] : urlsOf(value);
    for (const target of targets) {
      if (!target.startsWith("#") || !NAME.test(target.slice(1))) {
        throw refusal(`refers to ${JSON.stringify(target.slice(0, 40))}`);
      }
      references.push(target.slice(1));
    }
  }
  return { id, count: 1, references };
}

/** What stands in url() within a value; a backslash could hide one. */
function urlsOf(value: string): string[] {
  if (value.includes("\\")) return ["\\"];
  const parts = value.split(/url\s*\(/i).slice(1);
  return parts.map((part) => part.slice(0, Math.max(0, part.indexOf(")"))).replace(/["'\s]/g, ""));
}

/** Elements of `whole` with every reference followed, each as often as it is used. */
function expanded(whole: Piece, pieces: ReadonlyMap<string, Piece>, refusal: Refusal): number {
  const known = new Map<Piece, number>();
  const underWay = new Set<Piece>();
  const count = (piece: Piece): number => {
    const found = known.get(piece);
    if (found !== undefined) return found;
    if (underWay.has(piece)) throw refusal(`has "${piece.id}" that refers to itself`);
    if (underWay.size > DEPTH_MAX) throw refusal(`refers deeper than ${DEPTH_MAX}`);
    underWay.add(piece);
    let sum = piece.count;
    for (const reference of piece.references) {
      const target = pieces.get(reference);
      if (!target) throw refusal(`refers to "${reference}", which it lacks`);
      sum = Math.min(EXPANDED_MAX + 1, sum + count(target));
    }
    underWay.delete(piece);
    known.set(piece, sum);
    return sum;
  };
  return count(whole);
}

function withoutComments(svg: string, refusal: Refusal): string {
  const kept: string[] = [];
  let at = 0;
  for (let from = svg.indexOf("<!--"); from >= 0; from = svg.indexOf("<!--", at)) {
    const to = svg.indexOf("-->", from);
    if (to < 0) throw refusal("has a comment without an end");
    kept.push(svg.slice(at, from));
    at = to + 3;
  }
  kept.push(svg.slice(at));
  return kept.join("");
}

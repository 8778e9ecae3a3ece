/**
 * What comes out of a pickle, and the proof that it is nothing else: a finite tree of plain values.
 *
 * In: whatever lay on the stack. Out: the same, typed. One walk without recursion; what is shared is walked once but
 * counted as often as it is met, so that nobody who walks it later is kept for ever.
 */
import { NdArray } from "./nd_array.ts";
import { Refusal, WANTED } from "./refusal.ts";

/** Lists and tuples are arrays, dicts are maps; whole numbers too large for `number` are bigint. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | NdArray
  | readonly PickleValue[]
  | ReadonlyMap<PickleValue, PickleValue>;

const DEPTH_MAX = 64;
const VALUES_MAX = 4_000_000;

interface Visit {
  readonly item: object;
  readonly children: readonly unknown[];
  next: number;
  depth: number;
  values: number;
}

/** Throws a Refusal for what holds itself, is too deep, too much, or a thing that only belongs to the making. */
export function provenValue(root: unknown): PickleValue {
  const done = new Map<object, { depth: number; values: number }>();
  const open = new Set<object>();
  const path: Visit[] = [];
  const enter = (item: unknown): { depth: number; values: number } | undefined => {
    const children = childrenOf(item);
    if (children === undefined) return { depth: 0, values: 1 };
    const container = item as object;
    const known = done.get(container);
    if (known) return known;
    if (open.has(container)) throw new Refusal("a list that holds itself, wanted values in values");
    if (path.length >= DEPTH_MAX) throw tooDeep();
    open.add(container);
    path.push({ item: container, children, next: 0, depth: 1, values: 1 });
    return undefined;
  };
  enter(root);
  while (path.length > 0) {
    const visit = path.at(-1)!;
    if (visit.next < visit.children.length) {
      const seen = enter(visit.children[visit.next]);
      // Otherwise the child is on the path now, and is met again as a known one.
      if (seen) {
        visit.next++;
        visit.depth = Math.max(visit.depth, seen.depth + 1);
        visit.values += seen.values;
        if (visit.depth > DEPTH_MAX) throw tooDeep();
        if (visit.values > VALUES_MAX) {
          throw new Refusal(`more than ${VALUES_MAX} values in a value, wanted what an avatar needs`);
        }
      }
    } else {
      done.set(visit.item, { depth: visit.depth, values: visit.values });
      open.delete(visit.item);
      path.pop();
    }
  }
  return root as PickleValue;
}

/** Nothing for what holds no others. */
function childrenOf(item: unknown): readonly unknown[] | undefined {
  if (Array.isArray(item)) return item;
  if (item instanceof Map) return [...item].flat();
  if (item instanceof NdArray) {
    if (!item.isFilled) throw new Refusal("an array that was never filled, wanted what numpy writes");
    return undefined;
  }
  const isPlain = item === null || item instanceof Uint8Array ||
    ["boolean", "number", "bigint", "string"].includes(typeof item);
  if (!isPlain) throw new Refusal(`a type where a value was to come, ${WANTED}`);
  return undefined;
}

function tooDeep(): Refusal {
  return new Refusal(`lists in lists more than ${DEPTH_MAX} deep, wanted what an avatar needs`);
}

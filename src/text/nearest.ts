/**
 * The known name nearest to a mistyped one, for "did you mean".
 *
 * In: what was typed and the names there are. Out: one of them, or how far apart two are: letters put in, left out,
 * changed or swapped with their neighbour, each counting one. Any thread, no state. Limit: 64 letters are looked at.
 */
const LENGTH_MAX = 64;

/** Letter case, dots, dashes and underscores do not count. Undefined where nothing is near. */
export function nearest(typed: string, known: Iterable<string>, distanceMax?: number): string | undefined {
  const wanted = plain(typed);
  let best: string | undefined;
  let bestDistance = (distanceMax ?? Math.max(1, Math.floor(wanted.length / 3))) + 1;
  for (const name of known) {
    const distance = distanceBetween(wanted, plain(name), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

function plain(name: string): string {
  return name.slice(0, LENGTH_MAX).toLowerCase().replace(/[._-]/g, "");
}

/** How many letters both begin with. */
export function sharedStart(one: string, other: string): number {
  let count = 0;
  while (count < one.length && one[count] === other[count]) count++;
  return count;
}

/** Edits between two texts of at most 64 letters; at `enough` or more it may answer `enough`. */
export function distanceBetween(one: string, other: string, enough = Infinity): number {
  [one, other] = [one.slice(0, LENGTH_MAX), other.slice(0, LENGTH_MAX)];
  if (Math.abs(one.length - other.length) >= enough) return enough;
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(
        above[column]! + 1,
        current[column - 1]! + 1,
        above[column - 1]! + (isSame ? 0 : 1),
      );
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] &&
        one[row - 2] === other[column - 1];
      if (isSwap) least = Math.min(least, before[column - 2]! + 1);
      current.push(least);
    }
    [before, above] = [above, current];
  }
  return above[other.length]!;
}

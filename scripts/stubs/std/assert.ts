/**
 * The part of @std/assert that our tests use, over node:assert, for machines that cannot reach JSR. With JSR, one
 * line of deno.json's imports replaces this file.
 */
import assertStrict from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

export { AssertionError } from "node:assert";

export function assert(value: unknown, message?: string): asserts value {
  assertStrict.ok(value, message);
}
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  // Node's picture of a difference grows with the square of its size: two pictures that differ took 23 GB.
  if (countElements(actual) > ELEMENTS_MAX || countElements(expected) > ELEMENTS_MAX) {
    const text = `${message === undefined ? "" : `${message}: `}${firstDifference(actual, expected, "it")}`;
    throw new assertStrict.AssertionError({ message: text });
  }
  assertStrict.deepStrictEqual(actual, expected, message);
}

const ELEMENTS_MAX = 500;

type Elements = Readonly<Record<string, unknown>>;

function isHolder(value: unknown): value is Elements {
  return typeof value === "object" && value !== null;
}

/** Up to a little more than ELEMENTS_MAX. */
function countElements(value: unknown): number {
  if (!isHolder(value)) return 1;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let count = 0;
  for (const each of Object.values(value)) {
    count += countElements(each);
    if (count > ELEMENTS_MAX) break;
  }
  return count;
}

function firstDifference(actual: unknown, expected: unknown, where: string): string {
  if (isHolder(actual) && isHolder(expected)) {
    const lengths = [actual, expected].map((each) => Object.keys(each).length);
    if (lengths[0] !== lengths[1]) return `${where} has ${lengths[0]} elements, wanted ${lengths[1]}`;
    for (const key of Object.keys(expected)) {
      if (!isDeepStrictEqual(actual[key], expected[key])) {
        return firstDifference(actual[key], expected[key], `${where}[${key}]`);
      }
    }
  }
  return `${where} is ${shortened(actual)}, wanted ${shortened(expected)}`;
}

function shortened(value: unknown): string {
  const text = isHolder(value) ? value.constructor?.name ?? "an object" : String(value);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.notDeepStrictEqual(actual, expected, message);
}
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T {
  assertStrict.strictEqual(actual, expected, message);
}
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  assertStrict.ok(actual !== undefined && actual !== null, message);
}
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = 1e-7,
  message?: string,
): void {
  assertStrict.ok(
    Math.abs(actual - expected) <= tolerance,
    message ?? `${actual} is not within ${tolerance} of ${expected}`,
  );
}
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  assertStrict.ok(actual > expected, message ?? `${actual} is not greater than ${expected}`);
}
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  assertStrict.ok(actual >= expected, message ?? `${actual} is less than ${expected}`);
}
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  assertStrict.ok(actual < expected, message ?? `${actual} is not less than ${expected}`);
}
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  assertStrict.ok(actual <= expected, message ?? `${actual} is greater than ${expected}`);
}
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  assertStrict.match(actual, expected, message);
}
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  assertStrict.ok(
    actual.includes(expected),
    message ?? `${JSON.stringify(actual)} does not contain "${expected}"`,
  );
}

type ErrorClass<E> = abstract new (...args: never[]) => E;

function check<E>(error: unknown, kind?: ErrorClass<E>, includes?: string): E {
  if (kind !== undefined) assertStrict.ok(error instanceof kind, `threw ${error}, wanted ${kind.name}`);
  if (includes !== undefined) assertStringIncludes(String((error as Error).message), includes);
  return error as E;
}
export function assertThrows<E = unknown>(run: () => unknown, kind?: ErrorClass<E>, includes?: string): E {
  try {
    run();
  } catch (error) {
    return check(error, kind, includes);
  }
  throw new assertStrict.AssertionError({ message: "expected the call to throw" });
}
export async function assertRejects<E = unknown>(
  run: () => PromiseLike<unknown>,
  kind?: ErrorClass<E>,
  includes?: string,
): Promise<E> {
  try {
    await run();
  } catch (error) {
    return check(error, kind, includes);
  }
  throw new assertStrict.AssertionError({ message: "expected the promise to reject" });
}

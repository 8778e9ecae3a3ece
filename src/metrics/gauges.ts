/**
 * Named numbers on shared memory: each isolate writes its own gauges, anybody reads them. A gauge is one float64;
 * aligned 64-bit stores do not tear on the machines we run on, so plain writes suffice. Every name has one writer.
 */
export class Gauges<Name extends string> {
  readonly buffer: SharedArrayBuffer;
  readonly #values: Float64Array<SharedArrayBuffer>;
  readonly #index: ReadonlyMap<string, number>;

  constructor(readonly names: readonly Name[], buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(names.length * 8);
    this.#values = new Float64Array(this.buffer);
    this.#index = new Map(names.map((name, index) => [name, index]));
  }

  get(name: Name): number {
    return this.#values[this.#index.get(name)!]!;
  }

  set(name: Name, value: number): void {
    this.#values[this.#index.get(name)!] = value;
  }

  add(name: Name, by = 1): void {
    this.#values[this.#index.get(name)!]! += by;
  }

  snapshot(): Record<Name, number> {
    return Object.fromEntries(this.names.map((name, index) => [name, this.#values[index]!])) as Record<
      Name,
      number
    >;
  }
}

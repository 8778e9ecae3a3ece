/**
 * Names in rules against names in OBS: a source, scene or filter that a person renames keeps its rules. In: OBS's rename
 * events. Out: what a name of the rules is called now. Lives as long as the programme; nothing is written anywhere.
 *
 * Scenes and inputs share one name space in OBS, so they do here.
 */
export class Names {
  /** Name in the rules -> name in OBS, where they differ. */
  readonly #sources = new Map<string, string>();
  /** Name in OBS of the source -> the same for its filters. */
  readonly #filters = new Map<string, Map<string, string>>();

  source(name: string): string {
    return this.#sources.get(name) ?? name;
  }

  filter(source: string, name: string): string {
    return this.#filters.get(this.source(source))?.get(name) ?? name;
  }

  sourceRenamed(from: string, to: string): void {
    rename(this.#sources, from, to);
    const filters = this.#filters.get(from);
    if (filters === undefined) return;
    this.#filters.delete(from);
    this.#filters.set(to, filters);
  }

  filterRenamed(source: string, from: string, to: string): void {
    const filters = this.#filters.get(source) ?? new Map<string, string>();
    rename(filters, from, to);
    this.#filters.set(source, filters);
  }

  /**
   * What is gone for good: whatever has the rules' own name from now on is meant again. Not for an OBS that ends, which
   * removes everything and has it again later.
   */
  settle(there: Present): void {
    for (const now of new Set(this.#sources.values())) {
      if (!there.hasSource(now)) forget(this.#sources, now);
    }
    for (const [source, names] of this.#filters) {
      if (!there.hasSource(source)) this.#filters.delete(source);
      for (const now of new Set(names.values())) {
        if (!there.filters.get(source)?.has(now)) forget(names, now);
      }
    }
  }
}

/** What there is in OBS now. */
export interface Present {
  hasSource(name: string): boolean;
  readonly filters: ReadonlyMap<string, ReadonlySet<string>>;
}

function rename(names: Map<string, string>, from: string, to: string): void {
  const isOther = [...names.values()].includes(from);
  for (const [name, now] of names) {
    if (now === from) names.set(name, to);
  }
  if (!isOther && !names.has(from)) names.set(from, to);
  if (names.get(to) === to) names.delete(to);
}

function forget(names: Map<string, string>, gone: string): void {
  for (const [name, now] of names) {
    if (now === gone) names.delete(name);
  }
}

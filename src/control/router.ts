/**
 * Finds the route of a request. In: method and path. Out: the route and what stands in its path's braces, or HttpProblem
 * 404 or 405. A name in braces is one part of a path, 1 to NAME_LENGTH_MAX characters, decoded.
 */
import { HttpProblem } from "./problem.ts";
import type { Route } from "./route.ts";

const NAME_LENGTH_MAX = 128;

export interface Found {
  readonly route: Route;
  readonly names: Readonly<Record<string, string>>;
}

export class Router {
  /** By path as it is written in the table. */
  readonly #byPath = new Map<string, Route[]>();
  readonly #patterns: readonly (readonly [parts: readonly string[], routes: Route[]])[];

  constructor(readonly routes: readonly Route[]) {
    for (const route of routes) {
      const here = this.#byPath.get(route.path) ?? [];
      if (here.some(({ method }) => method === route.method)) {
        throw new Error(`${route.method} ${route.path} is there twice`);
      }
      this.#byPath.set(route.path, [...here, route]);
    }
    this.#patterns = [...this.#byPath].filter(([path]) => path.includes("{")).map(([path, here]) => [
      path.split("/"),
      here,
    ]);
  }

  /** `checkToken` is asked before a stranger learns what there is and what not. */
  find(method: string, pathname: string, checkToken: () => void): Found {
    const { here, names } = this.#at(pathname);
    const route = here.find((one) => one.method === method);
    if (route !== undefined) return { route, names };
    const isOpen = here.length > 0 ? here.some(({ isGuarded = true }) => !isGuarded) : !isApi(pathname);
    if (!isOpen) checkToken();
    if (here.length === 0) throw new HttpProblem(404, "not_found", "there is nothing at this address");
    const methods = here.map((one) => one.method).join(", ");
    throw new HttpProblem(405, "bad_method", `the method is not possible here, wanted ${methods}`, {
      Allow: methods,
    });
  }

  #at(pathname: string): { here: readonly Route[]; names: Readonly<Record<string, string>> } {
    const here = pathname.includes("{") ? undefined : this.#byPath.get(pathname);
    if (here !== undefined) return { here, names: {} };
    const parts = pathname.split("/");
    for (const [pattern, routes] of this.#patterns) {
      const names = namesIn(pattern, parts);
      if (names !== undefined) return { here: routes, names };
    }
    return { here: [], names: {} };
  }
}

function namesIn(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const wanted = pattern[index]!;
    if (!wanted.startsWith("{")) {
      if (wanted !== part) return undefined;
      continue;
    }
    const name = decoded(part);
    if (name === undefined || name === "" || name.length > NAME_LENGTH_MAX) return undefined;
    names[wanted.slice(1, -1)] = name;
  }
  return names;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined; // a percent sign that encodes nothing
  }
}

function isApi(pathname: string): boolean {
  return /^\/(v1|api|whep)(\/|$)/.test(pathname);
}

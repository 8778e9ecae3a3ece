/**
 * Who may ask. In this order: Host must be this server by one of its names (a foreign name that points at it is
 * refused), then Origin and Sec-Fetch-Site must not be another site's, both 403; then the token, 401.
 *
 * Programs carry the bearer token of the 0600 file. The page carries a cookie instead (HttpOnly, SameSite=Strict), set
 * when `/` is opened. On this machine the address is meant to be typed: the cookie is given to, and taken from, only
 * connections of the user who runs the programme, so that another user of the machine gains nothing by fetching `/`, nor
 * a server on another port by being sent the cookie. From other machines a one-time link brings it.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { PageLinks } from "./page_links.ts";
import { HttpProblem } from "./problem.ts";

export interface GuardOptions {
  readonly port: number;
  /** Host headers that are this server's, lower case. */
  readonly hosts: ReadonlySet<string>;
  readonly isTls: boolean;
  readonly links: PageLinks;
  readonly token: string;
  /** Value of the page's cookie. */
  readonly pageKey: string;
}

/** Whether the connection belongs to the user who runs the programme. */
export type IsOwnUser = () => boolean;

export class Guard {
  readonly #options: GuardOptions;
  readonly #origins: ReadonlySet<string>;

  constructor(options: GuardOptions) {
    this.#options = options;
    const scheme = options.isTls ? "https" : "http";
    this.#origins = new Set([...options.hosts].map((host) => `${scheme}://${host}`));
  }

  /** Cookies are shared by all ports of a host: the name keeps two programmes apart. */
  get #cookieName(): string {
    return `lipcam_${this.#options.port}`;
  }

  /** Throws 403 for a foreign Host, Origin or site. A link on another site may open the page and nothing else. */
  checkSite(request: Request, isPage: boolean): void {
    const { headers } = request;
    // HTTP/2, which there is with TLS only, says it as :authority, which is in the address.
    const host = headers.get("host") ?? (this.#options.isTls ? addressOf(request).host : "");
    if (!this.#options.hosts.has(host.toLowerCase())) throw badHost();
    const origin = headers.get("origin");
    if (origin !== null && !this.#origins.has(origin.toLowerCase())) {
      throw new HttpProblem(403, "bad_origin", "the request comes from another site");
    }
    const isLink = isPage && request.method === "GET" && headers.get("sec-fetch-mode") === "navigate";
    if (isForeign(headers) && !isLink) {
      throw new HttpProblem(403, "bad_site", "the request comes from another site");
    }
  }

  /** Throws 401 without the token or the page's cookie. */
  checkToken(request: Request, isOwnUser: IsOwnUser): void {
    const { headers } = request;
    const bearer = /^Bearer ([\w-]{1,200})$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined && isEqual(bearer, this.#options.token)) return;
    const cookie = this.#cookie(headers.get("cookie") ?? "");
    // a browser names the origin of every POST; one without is no browser and has no business with a cookie
    const hasOrigin = request.method === "GET" || headers.has("origin");
    const isLetIn = (value: string) =>
      this.#options.links.has(value) || (isEqual(value, this.#options.pageKey) && isOwnUser());
    if (cookie !== undefined && hasOrigin && isLetIn(cookie)) return;
    throw new HttpProblem(
      401,
      "no_token",
      "the token is missing or wrong, wanted Authorization: Bearer TOKEN",
      {
        "WWW-Authenticate": "Bearer",
      },
    );
  }

  /** The Set-Cookie header for the page, or undefined for a visitor who does not get one. */
  pageCookie(request: Request, isOwnUser: IsOwnUser): string | undefined {
    if (isForeign(request.headers) || !isOwnUser()) return undefined;
    return this.#setCookie(this.#options.pageKey);
  }

  /** The Set-Cookie header for whoever brings the key of a one-time link. Throws 401 for a key that is no good. */
  linkCookie(key: string): string {
    const visitor = this.#options.links.redeem(key);
    if (visitor !== undefined) return this.#setCookie(visitor);
    throw new HttpProblem(
      401,
      "bad_link",
      "the link was used, is too old or wrong, wanted a new one: deno task page",
    );
  }

  #setCookie(value: string): string {
    const secure = this.#options.isTls ? "; Secure" : "";
    return `${this.#cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}`;
  }

  #cookie(header: string): string | undefined {
    for (const pair of header.split(";")) {
      const [name, value] = pair.trim().split("=", 2);
      if (name === this.#cookieName) return value;
    }
    return undefined;
  }
}

/** Where the request goes. Its Host is the client's to write and part of it: throws HttpProblem 403 for one that is none. */
export function addressOf(request: Request): URL {
  const url = URL.parse(request.url);
  if (url === null) throw badHost();
  return url;
}

function badHost(): HttpProblem {
  return new HttpProblem(
    403,
    "bad_host",
    "the Host is not this server's, wanted its address and port, or one of allowedHosts",
  );
}

/** "same-site" is foreign too: it is another port of this machine. */
function isForeign(headers: Headers): boolean {
  return ["cross-site", "same-site"].includes(headers.get("sec-fetch-site") ?? "none");
}

/** Takes the same time whatever is wrong with `given`. */
function isEqual(given: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

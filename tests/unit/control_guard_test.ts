import { assertEquals, assertThrows } from "@std/assert";
import { Guard } from "../../src/control/guard.ts";
import { bindOf, hostNames, linkHost, LOCAL_BIND } from "../../src/control/bind.ts";
import { PageLinks } from "../../src/control/page_links.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { SimulatedClock } from "../../src/time/mod.ts";
import { HttpProblem } from "../../src/control/problem.ts";

const PORT = 8010;
const clock = new SimulatedClock();
const links = new PageLinks(clock);
const guard = new Guard({
  ...{ port: PORT, links, token: "right-token", pageKey: "page-key" },
  hosts: hostNames(bindOf(LOCAL_BIND), PORT),
  isTls: false,
});
const SELF = `127.0.0.1:${PORT}`;

interface Visit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly isPage?: boolean;
  readonly isOwnUser?: boolean;
}

/** 200 or the status it is refused with. */
function outcome({ method = "GET", headers = {}, isPage = false, isOwnUser = true }: Visit): number {
  const request = new Request(`http://${SELF}/v1/state`, { method });
  // Request refuses to carry some of these names, a real connection does not
  Object.defineProperty(request, "headers", { value: new Headers(headers) });
  try {
    guard.checkSite(request, isPage);
    if (!isPage) guard.checkToken(request, () => isOwnUser);
    return 200;
  } catch (error) {
    if (error instanceof HttpProblem) return error.status;
    throw error;
  }
}

const HOSTS: readonly (readonly [string | undefined, boolean])[] = [
  [`127.0.0.1:${PORT}`, true],
  [`localhost:${PORT}`, true],
  [`LOCALHOST:${PORT}`, true],
  [`[::1]:${PORT}`, true],
  ["127.0.0.1", false],
  ["127.0.0.1:8011", false],
  ["localhost:80", false],
  [`evil.example:${PORT}`, false],
  [`127.0.0.1.evil.example:${PORT}`, false],
  [`0.0.0.0:${PORT}`, false],
  ["", false],
  [undefined, false],
];
const ORIGINS: readonly (readonly [string | undefined, boolean])[] = [
  [undefined, true],
  [`http://127.0.0.1:${PORT}`, true],
  [`http://localhost:${PORT}`, true],
  [`http://[::1]:${PORT}`, true],
  [`https://127.0.0.1:${PORT}`, false],
  ["http://127.0.0.1:8011", false],
  ["http://evil.example", false],
  [`http://127.0.0.1:${PORT}.evil.example`, false],
  ["null", false],
  ["", false],
];
const TOKENS: readonly (readonly [Record<string, string>, boolean])[] = [
  [{ authorization: "Bearer right-token" }, true],
  [{ authorization: "bearer right-token" }, true],
  [{ cookie: `lipcam_${PORT}=page-key` }, true],
  [{ cookie: `other=1; lipcam_${PORT}=page-key` }, true],
  [{ authorization: "Bearer wrong", cookie: `lipcam_${PORT}=page-key` }, true],
  [{}, false],
  [{ authorization: "Bearer right-token2" }, false],
  [{ authorization: "Bearer right-toke" }, false],
  [{ authorization: "Bearer " }, false],
  [{ authorization: "Basic right-token" }, false],
  [{ authorization: "right-token" }, false],
  [{ authorization: "Bearer page-key" }, false],
  [{ cookie: `lipcam_${PORT}=right-token` }, false],
  [{ cookie: "lipcam_8011=page-key" }, false],
  [{ cookie: `lipcam_${PORT}=` }, false],
];

Deno.test("Guard: every Host x Origin x token, Host and Origin before the token", () => {
  let cases = 0;
  for (const [host, isHost] of HOSTS) {
    for (const [origin, isOrigin] of ORIGINS) {
      for (const [token, isToken] of TOKENS) {
        const headers = {
          ...token,
          ...(host === undefined ? {} : { host }),
          ...(origin === undefined ? {} : { origin }),
        };
        const wanted = !isHost || !isOrigin ? 403 : isToken ? 200 : 401;
        assertEquals(outcome({ headers }), wanted, JSON.stringify(headers));
        cases++;
      }
    }
  }
  assertEquals(cases, HOSTS.length * ORIGINS.length * TOKENS.length);
});

Deno.test("Guard: another site may link to the page and nothing else", () => {
  const from = (site: string, mode: string) => ({
    host: SELF,
    "sec-fetch-site": site,
    "sec-fetch-mode": mode,
    authorization: "Bearer right-token",
  });
  for (const site of ["cross-site", "same-site"]) {
    assertEquals(outcome({ headers: from(site, "navigate"), isPage: true }), 200);
    assertEquals(outcome({ headers: from(site, "no-cors"), isPage: true }), 403);
    assertEquals(outcome({ headers: from(site, "navigate"), isPage: true, method: "POST" }), 403);
    assertEquals(outcome({ headers: from(site, "navigate") }), 403);
    assertEquals(outcome({ headers: from(site, "cors") }), 403);
  }
  for (const site of ["same-origin", "none"]) assertEquals(outcome({ headers: from(site, "cors") }), 200);
});

Deno.test("Guard: the cookie is worth nothing to another user or in a POST without Origin", () => {
  const headers = { host: SELF, cookie: `lipcam_${PORT}=page-key` };
  assertEquals(outcome({ headers, isOwnUser: false }), 401);
  assertEquals(outcome({ headers, method: "POST" }), 401);
  assertEquals(outcome({ headers: { ...headers, origin: `http://${SELF}` }, method: "POST" }), 200);
  const token = { host: SELF, authorization: "Bearer right-token" };
  assertEquals(outcome({ headers: token, method: "POST", isOwnUser: false }), 200);
});

Deno.test("Guard.pageCookie goes to the own user on the own site only, and is HttpOnly and strict", () => {
  const visit = (headers: Record<string, string>, isOwnUser: boolean) => {
    const request = new Request(`http://${SELF}/`);
    Object.defineProperty(request, "headers", { value: new Headers(headers) });
    return guard.pageCookie(request, () => isOwnUser);
  };
  assertEquals(visit({}, true), `lipcam_${PORT}=page-key; Path=/; HttpOnly; SameSite=Strict`);
  assertEquals(visit({ "sec-fetch-site": "none" }, true) !== undefined, true);
  assertEquals(visit({ "sec-fetch-site": "same-origin" }, true) !== undefined, true);
  assertEquals(visit({ "sec-fetch-site": "cross-site" }, true), undefined);
  assertEquals(visit({ "sec-fetch-site": "same-site" }, true), undefined);
  assertEquals(visit({}, false), undefined);
});

Deno.test("Guard.checkToken says what is wanted", () => {
  const problem = assertThrows(
    () => guard.checkToken(new Request(`http://${SELF}/`), () => true),
    HttpProblem,
    "Bearer TOKEN",
  );
  assertEquals(problem.headers, { "WWW-Authenticate": "Bearer" });
});

Deno.test("PageLinks: a link is good once, within ten minutes, and brings a cookie that lets in", () => {
  const cookieOf = (key: string) => guard.linkCookie(key).split(";")[0]!;
  const key = links.make();
  const cookie = cookieOf(key);
  assertThrows(() => guard.linkCookie(key), HttpProblem, "was used");
  assertThrows(() => guard.linkCookie("made-up"), HttpProblem, "wrong");
  const headers = { host: SELF, cookie };
  assertEquals(outcome({ headers, isOwnUser: false }), 200);
  assertEquals(outcome({ headers: { ...headers, cookie: cookie.slice(0, -1) }, isOwnUser: false }), 401);
  const late = links.make();
  clock.jump(10 * 60_000 + 1);
  assertThrows(() => guard.linkCookie(late), HttpProblem, "too old");
});

Deno.test("bindOf: other machines are let in with TLS or on somebody's word only", () => {
  const open = { host: "0.0.0.0", isInsecureAllowed: false, allowedHosts: [] };
  assertThrows(() => bindOf(open), InputFault, "wanted tls.cert and tls.key, or --insecure");
  assertThrows(() => bindOf({ ...open, host: "192.0.2.7" }), InputFault, "192.0.2.7");
  assertThrows(() => bindOf({ ...open, host: "studio.example" }), InputFault, "wanted an IP address");
  assertEquals(bindOf({ ...open, isInsecureAllowed: true }).isLocalOnly, false);
  assertEquals(bindOf({ ...open, host: "127.0.0.2" }).isLocalOnly, true);
  const tls = { cert: "/nowhere/cert.pem", key: "/nowhere/key.pem" };
  assertThrows(() => bindOf({ ...open, tls }), InputFault, "tls.cert");
});

Deno.test("linkHost: what another machine can reach, where every address is bound", () => {
  const of = (host: string, ...allowedHosts: string[]) =>
    linkHost(bindOf({ host, isInsecureAllowed: true, allowedHosts }), PORT);
  assertEquals(of("0.0.0.0", "studio.example"), `studio.example:${PORT}`);
  assertEquals(of("::", "studio.example:8443", "other.example"), "studio.example:8443");
  assertEquals([of("192.0.2.7", "studio.example"), of("::1")], [`192.0.2.7:${PORT}`, `[::1]:${PORT}`]);
  const own = Deno.networkInterfaces().filter(({ family }) => family === "IPv4").map(({ address }) =>
    address
  );
  const [address] = of("0.0.0.0").split(":");
  assertEquals([own.includes(address!), own.length > 1 && address === "127.0.0.1"], [true, false]);
});

Deno.test("hostNames: allowed names with and without a port, those of this machine, and no others", () => {
  const bind = bindOf({
    host: "127.0.0.1",
    isInsecureAllowed: false,
    allowedHosts: ["Studio.example", "other.example:99"],
  });
  const names = hostNames(bind, PORT);
  for (const name of [SELF, "localhost:8010", "[::1]:8010", "studio.example:8010", "other.example:99"]) {
    assertEquals(names.has(name), true, name);
  }
  for (const name of ["studio.example", "other.example:8010", "evil.example:8010", ""]) {
    assertEquals(names.has(name), false, name);
  }
});

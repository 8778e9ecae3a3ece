/** docs/api.md and docs/preview.md against the table of routes: each route has its example, each limit its number. */
import { assert, assertEquals } from "@std/assert";
import { BODY_BYTES_MAX, BODY_MS_MAX } from "../../src/control/body.ts";
import { RATES } from "../../src/control/rate_limit.ts";
import { routes } from "../../src/control/routes.ts";
import { ConfigSchema } from "../../src/app/mod.ts";
import { loadPage } from "../../src/control/page_assets.ts";
import { houseOf } from "../fakes/programme_control.ts";
import type { ProgrammeControl } from "../../src/control/mod.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));

/** What stands in for a programme: nothing is asked of it here. */
const nobody = {} as ProgrammeControl;

/** Routes without an example in the texts: "POST /v1/say". */
async function missing(api: string, preview: string): Promise<string[]> {
  const table = routes({
    ...{ house: houseOf(nobody), uploadBytesMax: 1, version: "0", pageLink: () => "", metrics: () => [] },
    page: await loadPage(),
    pathOf: (path) => path,
  });
  const lines = api.split("\n");
  return table.filter(({ path, method, about }) => {
    const isFile = path === "/" || /\.(js|css|svg|png|html)$/.test(path);
    if (isFile || /^\/(whep|offer|api\/webrtc)|^\/v1\/webrtc$/.test(path)) return false;
    const address = path.replace(/\{\w+\}/g, "[\\w.-]+").replaceAll(".", "\\.").replaceAll(
      "[\\w\\.-]",
      "[\\w.-]",
    );
    const pattern = new RegExp(`(curl|websocat).*(\\$URL|8010)${address}(?=[?" ;]|$)`);
    const examples = lines.filter((line) => pattern.test(line));
    const isPost = (line: string) => / -(d|X POST|F|-data-binary)\b/.test(line);
    return !examples.some((line) => isPost(line) === (method === "POST") || about.takes === undefined);
  }).map(({ method, path }) => `${method} ${path}`).concat(
    table.filter(({ path }) => /^\/(whep|offer|api\/webrtc)|^\/v1\/webrtc$/.test(path))
      .filter(({ path }) => !preview.includes(path.replace(/\/\{session\}$/, "")))
      .map(({ path }) => path),
  );
}

Deno.test("docs: every route has its example", async () => {
  const [api, preview] = [read("docs/api.md"), read("docs/preview.md")];
  assertEquals(await missing(api, preview), []);
  const without = api.replace(/^.*\$URL\/v1\/voices.*$/m, "").replaceAll("/v1/say/audio", "/v1/say/sound");
  assertEquals(await missing(without, preview), ["GET /v1/voices", "POST /v1/say/audio"]);
});

Deno.test("docs/api.md: its numbers are the server's", () => {
  const api = read("docs/api.md");
  assert(api.includes(`${BODY_BYTES_MAX / 1024} kB, ${BODY_MS_MAX / 1000} s, 32 levels deep`));
  const { offer, upload, other } = RATES;
  assert(
    api.includes(
      `${other.burst} at once and ${other.perSecond} a second; uploads ${upload.burst} and ${upload.perSecond}; ` +
        `offers and links ${offer.burst} and ${offer.perSecond}`,
    ),
  );
  const config = ConfigSchema.parse({});
  assert(api.includes(`\`uploadMegabytesMax\` (${config.uploadMegabytesMax} MB)`));
  assert(api.includes(`\`queueCapacity\` (${config.queueCapacity})`));
});

Deno.test("docs/api.md: every status that a problem can have is explained", () => {
  const explained = [...read("docs/api.md").matchAll(/^\| (\d{3}) +\|/gm)].map(([, status]) => status);
  const titles = read("src/control/problem.ts").match(/const TITLES[^}]*/)![0].matchAll(/^ {2}(\d{3}):/gm);
  const known = [...titles].map(([, code]) => code);
  assertEquals(known.filter((code) => !explained.includes(code!) && code !== "426" && code !== "500"), []);
});

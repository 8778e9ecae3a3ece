/**
 * What stands between clients of other servers and the programme, where no token does: every route refuses other hosts, origins
 * and sites and bodies that a form on another site could send; without --compat, and at another address, there is none.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { request as httpRequest } from "node:http";
import { withCompat } from "../../src/control/compat/mod.ts";
import { startControl } from "../../src/control/mod.ts";
import type { Route } from "../../src/control/route.ts";
import { SpoolRoom } from "../../src/control/spool_room.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { CompatPlace } from "../fakes/compat_place.ts";

const OPENED = { method: "GET", path: "/api/webrtc/status/{session}" };

function table(place: CompatPlace): readonly Route[] {
  const own: Route[] = [
    { ...OPENED, method: "GET", about: { summary: "", gives: {} }, answer: () => new Response() },
  ];
  return withCompat(own, { house: place.house(), mediaRoots: [], room: new SpoolRoom(1) });
}

interface Asked {
  readonly status: number;
  readonly body: string;
}

function ask(
  base: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body = "",
): Promise<Asked> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (piece) => text += piece);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const addressOf = ({ path }: Route) => path.replace(/\{\w+\}/g, "some");

Deno.test("compat: every route refuses other hosts, origins and sites, and nothing of it reaches the programme", async () => {
  await using place = await CompatPlace.open();
  const { host, port } = new URL(place.base);
  const strangers: Record<string, string>[] = [
    { Host: "evil.example" },
    { Host: `rebound.example:${port}` },
    { Host: `127.0.0.1:${Number(port) + 1}` },
    { Host: host, Origin: "https://evil.example" },
    { Host: host, Origin: "null" },
    { Host: host, Origin: `http://127.0.0.1:${Number(port) + 1}` },
    { Host: host, "Sec-Fetch-Site": "cross-site" },
    { Host: host, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate" },
  ];
  const routes = table(place);
  assert(routes.length > 18, `${routes.length} routes`);
  for (const route of routes) {
    assertEquals(route.isGuarded, false, route.path);
    for (const headers of strangers) {
      const { status } = await ask(place.base, route.method, addressOf(route), headers);
      assertEquals(status, 403, `${route.method} ${route.path} ${JSON.stringify(headers)}`);
    }
  }
  assertEquals(place.told, []);
});

Deno.test("compat: what a form can send is 415 where JSON is wanted", async () => {
  await using place = await CompatPlace.open();
  const { host } = new URL(place.base);
  const forms: readonly (readonly [type: string, body: string])[] = [
    ["application/x-www-form-urlencoded", "text=Hello&sessionid=0"],
    ["text/plain", '{"text":"Hello","sessionid":0,"type":"start_record","audiotype":2}'],
    ["", '{"text":"Hello","sessionid":0,"type":"start_record","audiotype":2}'],
    [
      "multipart/form-data; boundary=x",
      '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nHi\r\n--x--',
    ],
  ];
  let asked = 0;
  for (const route of table(place)) {
    if (route.about.takes?.["application/json"] === undefined) continue;
    for (const [type, body] of forms) {
      if (type.startsWith("multipart") && "multipart/form-data" in route.about.takes) continue;
      const headers = { Host: host, ...(type === "" ? {} : { "Content-Type": type }) };
      const { status, body: text } = await ask(place.base, "POST", addressOf(route), headers, body);
      assertEquals(status, 415, `${route.path} ${type}`);
      const { code, status: word } = JSON.parse(text);
      assert(code === -1 || word === "error", text);
      asked++;
    }
  }
  assert(asked > 28, `${asked} asked`);
  assertEquals(place.told, []);
});

Deno.test("compat: no answer tells a path of this machine, whatever is asked for", async () => {
  await using place = await CompatPlace.open();
  for (
    const path of ["/etc/shadow", "audio/link.wav", `${place.folder}/secret.wav`, "x\0y", "a/".repeat(600)]
  ) {
    const answers = [
      await place.json("/api/avatar/task", { avatar_id: "a", video_path: path }),
      await place.json(`/api/webrtc/avatar/prepare?avatar_id=a&video_path=${encodeURIComponent(path)}`),
    ];
    for (const [, answer] of answers) {
      const text = JSON.stringify(answer);
      assert(/no such file in the folders/.test(text) && !text.includes(place.folder), text);
    }
  }
});

Deno.test("without --compat the routes are not there, and /offer and the status want the token", async () => {
  await using place = await CompatPlace.open({ isCompat: false });
  const { host } = new URL(place.base);
  const token = JSON.parse(
    Deno.readTextFileSync(`${place.folder}/run/lipcam/${new URL(place.base).port}.json`),
  );
  for (const route of table(place)) {
    const isOurs = route.path === "/offer" || route.path === OPENED.path;
    const bearer = { Host: host, Authorization: `Bearer ${token.token}` };
    const { status } = await ask(
      place.base,
      route.method,
      addressOf(route),
      isOurs ? { Host: host } : bearer,
    );
    assertEquals(status, isOurs ? 401 : 404, route.path);
  }
});

Deno.test("compat: is refused at any other address than this machine's own", async () => {
  await using place = await CompatPlace.open();
  const bind = { host: "0.0.0.0", isInsecureAllowed: true, allowedHosts: [] };
  const options = { port: 0, house: place.house(), compat: { mediaRoots: [] }, env: () => place.folder };
  const { code } = await assertRejects(() => startControl({ ...options, bind }), InputFault);
  assertEquals(code, "compat_open");
});

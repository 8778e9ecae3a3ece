/** docs/compat.md against the table of routes: each route of other servers' clients is in it, and none that is not there. */
import { assert, assertEquals } from "@std/assert";
import { EXPRESSION_NAMES } from "../../src/text/mod.ts";
import { withCompat } from "../../src/control/compat/mod.ts";
import { SpoolRoom } from "../../src/control/spool_room.ts";
import { CompatPlace } from "../fakes/compat_place.ts";

const text = Deno.readTextFileSync(new URL("../../docs/compat.md", import.meta.url));

Deno.test("docs/compat.md: every route is in a table and every table's route exists", async () => {
  await using place = await CompatPlace.open();
  const table = withCompat([], { house: place.house(), mediaRoots: [], room: new SpoolRoom(1) });
  const bare = (path: string) => path.replace(/\{\w+\}/g, "{}");
  const routes = new Set(table.map(({ method, path }) => `${method} ${bare(path)}`));
  // spoken of by other words: an address that is handed out, and a WebSocket
  const inWords = ["GET /api/webrtc/audio/{}", "GET /api/webrtc/ws"];
  assert(text.includes("`GET` of that `audio_url`") && text.includes("WebSocket `/api/webrtc/ws`"));
  const cells = [...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap((
    [, cell],
  ) => [...cell!.matchAll(/`([A-Z]+) (\/[^`?]+)(\?[^`]*)?`/g)]);
  const told = new Set(cells.map(([, method, path]) => `${method} ${bare(path!)}`));
  assertEquals([...routes].filter((route) => !told.has(route)).sort(), inWords);
  const ours = "GET /api/webrtc/status/{}"; // of the API, and open here
  assertEquals([...told].filter((route) => !routes.has(route)), [ours]);
});

Deno.test("docs/compat.md: the expressions that an emotion may be are those there are", () => {
  const [, names = ""] = /where it is one of ([\w, ]+); no voice/.exec(text) ?? [];
  assertEquals(names.split(", ").toSorted(), EXPRESSION_NAMES.toSorted());
});

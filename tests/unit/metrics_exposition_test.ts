/** The text that monitors read, held against a strict reader of the format, version 0.0.4. */
import { assertEquals, assertThrows } from "@std/assert";
import { exposition } from "../../src/metrics/mod.ts";
import { readExposition } from "../fakes/exposition_reader.ts";
import { HttpCounts } from "../../src/control/http_counts.ts";

Deno.test("exposition: names, help, types, labels and numbers come back as they were", () => {
  const metrics = [
    { name: "lipcam_a_total", type: "counter", help: "A back\\slash and\na line.", samples: [{ value: 3 }] },
    {
      name: "lipcam_b",
      type: "gauge",
      help: "B.",
      samples: [
        { value: 0.5, labels: { name: 'say "hi"\\\n' } },
        { value: -Infinity, labels: { name: "x", other: "" } },
        { value: NaN, labels: { name: "none" } },
        { value: 1e300, labels: { name: "big" } },
      ],
    },
    { name: "lipcam_c", type: "gauge", help: "Has none.", samples: [] },
  ] as const;
  const read = readExposition(exposition(metrics));
  assertEquals([...read.keys()], ["lipcam_a_total", "lipcam_b"]);
  assertEquals(read.get("lipcam_a_total"), {
    type: "counter",
    help: "A back\\slash and\na line.",
    samples: [{ labels: {}, value: 3 }],
  });
  assertEquals(read.get("lipcam_b")!.samples, [
    { labels: { name: 'say "hi"\\\n' }, value: 0.5 },
    { labels: { name: "x", other: "" }, value: -Infinity },
    { labels: { name: "big" }, value: 1e300 },
  ]);
  assertEquals(exposition([]), "");
});

Deno.test("HttpCounts: answers by status, streams as they are now", () => {
  const counts = new HttpCounts();
  for (const status of [200, 404, 200, 101]) counts.add(status);
  const read = readExposition(exposition(counts.metrics(2)));
  assertEquals(read.get("lipcam_http_answers_total")!.samples, [
    { labels: { status: "101" }, value: 1 },
    { labels: { status: "200" }, value: 2 },
    { labels: { status: "404" }, value: 1 },
  ]);
  assertEquals(read.get("lipcam_http_streams")!.samples, [{ labels: {}, value: 2 }]);
});

Deno.test("the strict reader is strict", () => {
  const bad = [
    "lipcam_a 1\n",
    "# HELP lipcam_a A.\nlipcam_a 1\n",
    "# TYPE lipcam_a gauge\n# HELP lipcam_a A.\nlipcam_a 1\n",
    "# HELP lipcam_a A.\n# TYPE lipcam_a gauge\nlipcam_a 1",
    "# HELP lipcam_a A.\n# TYPE lipcam_a gauge\nlipcam_a one\n",
    "# HELP lipcam_a A.\n# TYPE lipcam_a gauge\nlipcam_a 1\nlipcam_a 1\n",
    "# HELP lipcam_a A.\n# TYPE lipcam_a gauge\nlipcam_b 1\n",
    "# HELP lipcam_a A.\n# TYPE lipcam_a gauge\nlipcam_a{name=x} 1\n",
    '# HELP lipcam_a A.\n# TYPE lipcam_a gauge\nlipcam_a{name="x"y="z"} 1\n',
    "# HELP 9a A.\n# TYPE 9a gauge\n9a 1\n",
    "# HELP lipcam_a A.\n# TYPE lipcam_a other\nlipcam_a 1\n",
    "# HELP lipcam_a_total A.\n# TYPE lipcam_a_total counter\nlipcam_a_total -1\n",
    "# HELP lipcam_a A.\n# TYPE lipcam_a counter\nlipcam_a 1\n",
    "# HELP lipcam_a A.\n# TYPE lipcam_a gauge\n",
  ];
  for (const text of bad) assertThrows(() => readExposition(text), Error, "exposition");
});

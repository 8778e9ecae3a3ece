import { assertEquals } from "@std/assert";
import { type VisemeFormat, visemeWriter } from "../../src/cli/viseme_formats.ts";
import { JAW, MOUTH_LENGTH, type Viseme, VISEME_COUNT, VISEMES } from "../../src/lipsync/mod.ts";

/** One frame each; a number after the viseme is the jaw. */
function written(format: VisemeFormat, shapes: readonly (Viseme | [Viseme, number])[], durationMs: number) {
  const writer = visemeWriter(format);
  const lines = [writer.begin({ file: "a.wav", model: "viseme", frameMs: 20 })];
  const visemes = new Float32Array(VISEME_COUNT);
  const mouth = new Float32Array(MOUTH_LENGTH);
  shapes.forEach((shape, frame) => {
    const [viseme, jaw] = typeof shape === "string" ? [shape, 0] : shape;
    visemes.fill(0.01);
    visemes[VISEMES.indexOf(viseme)] = 0.86;
    mouth.fill(0);
    mouth[JAW] = jaw;
    lines.push(writer.frame({ frame, visemes, raw: mouth, mouth }));
  });
  lines.push(writer.end(durationMs));
  return lines.filter((line) => line !== "").join("\n");
}

Deno.test("visemeWriter json is one object, a frame a line", () => {
  const text = written("json", ["sil", ["aa", 0.7001]], 33.5);
  assertEquals(text.split("\n").length, 4);
  const { frames, ...head } = JSON.parse(text);
  assertEquals(head, { file: "a.wav", model: "viseme", frameMs: 20, durationMs: 33.5 });
  assertEquals(frames[1], {
    ms: 20,
    viseme: "aa",
    probability: 0.86,
    mouth: { jaw: 0.7, spread: 0, pucker: 0, press: 0, teeth: 0, tongue: 0 },
  });
  assertEquals(JSON.parse(written("json", [], 0)).frames, []);
});

Deno.test("visemeWriter tsv is a table with a line of names", () => {
  assertEquals(
    written("tsv", ["sil", ["aa", 0.7001]], 33.5),
    "ms\tviseme\tprobability\tjaw\tspread\tpucker\tpress\tteeth\ttongue\n" +
      "0\tsil\t0.860\t0.000\t0.000\t0.000\t0.000\t0.000\t0.000\n" +
      "20\taa\t0.860\t0.700\t0.000\t0.000\t0.000\t0.000\t0.000",
  );
});

Deno.test("visemeWriter rhubarb says when the shape changes and ends with the recording", () => {
  const shapes = [
    "sil",
    "sil",
    "PP",
    ["aa", 0.8],
    ["aa", 0.8],
    ["aa", 0.2],
    ["aa", 0.2],
    "U",
    "U",
    "sil",
    "sil",
  ];
  assertEquals(
    written("rhubarb", shapes as (Viseme | [Viseme, number])[], 219.9).split("\n"),
    ["0.00\tX", "0.04\tA", "0.06\tD", "0.10\tC", "0.14\tF", "0.18\tX", "0.21\tX"],
  );
});

Deno.test("visemeWriter rhubarb has Rhubarb's shape for every viseme", () => {
  const shapeOf = (viseme: Viseme, jaw: number) =>
    written("rhubarb", new Array(3).fill([viseme, jaw]), 60).split("\n")[0]!.split("\t")[1];
  assertEquals(VISEMES.map((viseme) => shapeOf(viseme, 0.1)).join(""), "XAGBBBBBBECCBEF");
  assertEquals(VISEMES.map((viseme) => shapeOf(viseme, 0.6)).join(""), "XAGBBBBBHEDCBEF");
});

Deno.test("visemeWriter rhubarb leaves flickers out, but no closure", () => {
  const lines = (...shapes: Viseme[]) =>
    written("rhubarb", shapes, 100).split("\n").map((line) => line.split("\t")[1]);
  assertEquals(lines("aa", "aa", "I", "aa", "aa"), ["C", "X"]);
  assertEquals(lines("aa", "aa", "PP", "aa", "aa"), ["C", "A", "C", "X"]);
  assertEquals(lines("aa", "aa", "FF", "aa", "aa"), ["C", "G", "C", "X"]);
  assertEquals(lines("aa", "aa", "I", "U", "U"), ["C", "F", "X"]);
  assertEquals(lines(), ["X", "X"]);
  assertEquals(lines("aa"), ["C", "X"]);
});

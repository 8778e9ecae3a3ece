/** Writes measured figures where people and programs look: docs/visemes.md and models/NAME/model.json. */
import { InputFault } from "../../src/errors/mod.ts";
import type { Results } from "./results.ts";

const BEGIN = "<!-- measured: begin, written by deno task eval:visemes --write-metrics -->";
const END = "<!-- measured: end -->";

/** `document` with everything between the two marks replaced; InputFault where a mark is missing. */
export function withTables(document: string, tables: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new InputFault(`docs/visemes.md has lost its marks, wanted a line "${BEGIN}" and then "${END}"`, {
      code: "bad_document",
    });
  }
  return `${document.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${document.slice(end)}`;
}

/** `manifest` (the text of a model.json) with the figures of `engine` as its metrics; everything else stays. */
export function withMetrics(manifest: string, results: Results, engine: string): string {
  const value: Record<string, unknown> = JSON.parse(manifest);
  const sets = Object.fromEntries(
    [...results.sets].map(([name, set]) => [name, {
      utterances: set.utterances,
      ...set.whole.get(engine)!.figures,
      languages: Object.fromEntries(
        [...set.languages].map(([language, group]) => [language, group.get(engine)!.figures]),
      ),
    }]),
  );
  value["metrics"] = { measuredBy: "deno task eval:visemes", described: "docs/visemes.md", sets };
  return `${JSON.stringify(value, null, 2)}\n`;
}

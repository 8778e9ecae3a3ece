/** A strict reader of Prometheus's text format, version 0.0.4, as ours shall be: HELP, TYPE, then the samples, each once. */

export interface ReadMetric {
  readonly type: string;
  readonly help: string;
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?\\})? (\\S+)$`);
const NUMBER = /^(?:[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

export function readExposition(text: string): Map<string, ReadMetric> {
  const metrics = new Map<string, ReadMetric>();
  if (text === "") return metrics;
  if (!text.endsWith("\n")) fail("the last line has no end");
  const lines = text.slice(0, -1).split("\n");
  for (let at = 0; at < lines.length;) {
    const [, name = "", help = ""] = new RegExp(`^# HELP (${NAME}) (.*)$`).exec(lines[at++]!) ??
      fail(`wanted HELP, is ${lines[at - 1]}`);
    const [, typed, type = ""] = new RegExp(`^# TYPE (${NAME}) (counter|gauge)$`).exec(lines[at++] ?? "") ??
      fail(`wanted TYPE of ${name}, is ${lines[at - 1]}`);
    if (typed !== name) fail(`TYPE of ${typed} under HELP of ${name}`);
    if (metrics.has(name)) fail(`${name} is there twice`);
    if ((type === "counter") !== name.endsWith("_total")) fail(`${name} is a ${type}`);
    const metric: ReadMetric = { type, help: plain(help), samples: [] };
    const seen = new Set<string>();
    while (at < lines.length && !lines[at]!.startsWith("#")) {
      const line = lines[at++]!;
      const [, sampled, labels = "", number = ""] = SAMPLE.exec(line) ?? fail(`no sample: ${line}`);
      if (sampled !== name) fail(`a sample of ${sampled} under ${name}`);
      if (seen.has(labels)) fail(`the same sample twice: ${line}`);
      seen.add(labels);
      if (!NUMBER.test(number)) fail(`no number: ${line}`);
      const value = Number(number.replace("Inf", "Infinity"));
      if (type === "counter" && value < 0) fail(`a counter below 0: ${line}`);
      const pairs = [...labels.matchAll(new RegExp(`(\\w+)="((?:[^"\\\\]|\\\\.)*)"`, "g"))];
      metric.samples.push({
        labels: Object.fromEntries(pairs.map(([, key, text]) => [key, plain(text!)])),
        value,
      });
    }
    if (metric.samples.length === 0) fail(`${name} has no samples`);
    metrics.set(name, metric);
  }
  return metrics;
}

function plain(text: string): string {
  return text.replace(/\\(.)/g, (_, char) => char === "n" ? "\n" : char);
}

function fail(what: string): never {
  throw new Error(`exposition: ${what}`);
}

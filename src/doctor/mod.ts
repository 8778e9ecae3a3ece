export { examine } from "./examine.ts";
export type { Area, Finding, PreviewSituation, Situation } from "./finding.ts";
export type { Holder, Probe, Ran } from "./probe.ts";
export { SystemProbe, type SystemProbeOptions } from "./system_probe.ts";

export { run, StdoutClosed, type Surroundings } from "./run.ts";
export { VERSION } from "./version.ts";

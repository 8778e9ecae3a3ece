export { run, StdoutClosed, type Surroundings, VERSION } from "./run.ts";

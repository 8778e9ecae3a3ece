export { Gauges } from "./gauges.ts";

export { Gauges } from "./gauges.ts";
export { exposition, EXPOSITION_TYPE, type Metric, type MetricSample } from "./exposition.ts";

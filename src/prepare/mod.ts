export { type BackgroundWish, readBackgroundWish } from "./background.ts";
export { type Prepared, type PrepareOptions, preparePhoto, type Step, STEPS } from "./prepare.ts";

export { ACTION_NAMES, EXPRESSION_NAMES } from "./acts.ts";
export { distanceBetween, nearest, sharedStart } from "./nearest.ts";

export { distanceBetween, nearest, sharedStart } from "./nearest.ts";

/** OBS: the programme's picture and sound for it, and what it is told to do. */
export * from "./director/mod.ts";
export {
  type FeedOptions,
  type FeedPlace,
  type FeedState,
  type Hotkey,
  ObsFeed,
  type OpenedPlace,
  WIRE_VERSION,
} from "./feed/mod.ts";

export { type FeedOptions, type FeedState, ObsFeed } from "./feed.ts";
export type { FeedPlace, OpenedPlace, ReaderNews } from "./messages.ts";
export { type Hotkey, WIRE_VERSION } from "./wire.ts";

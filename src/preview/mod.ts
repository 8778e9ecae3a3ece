export { MjpegPreview, type MjpegPreviewOptions, VIEWERS_MAX } from "./mjpeg.ts";
export { MJPEG_CONTENT_TYPE } from "./viewer.ts";
export { previewAddresses } from "./webrtc/addresses.ts";
export type { NetworkOrder, ViewerReport } from "./webrtc/messages.ts";
export type { SourceGauge } from "./webrtc/source_gauges.ts";
export { type WatchOffer, WebRtcPreview, type WebRtcPreviewOptions } from "./webrtc/start.ts";

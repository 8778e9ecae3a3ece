export { MjpegPreview, type MjpegPreviewOptions, VIEWERS_MAX } from "./mjpeg.ts";
export { MJPEG_CONTENT_TYPE } from "./viewer.ts";

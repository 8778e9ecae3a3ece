export { type CameraOptions, type OpenCamera, openCamera } from "./camera.ts";
export { cameraFault, MODPROBE_COMMAND } from "./fault.ts";
export {
  type CameraInfo,
  type CameraPlaces,
  chooseCamera,
  letsTwoWrite,
  listCameras,
  lookAt,
} from "./find.ts";
export { heldBy, type Holder, holdersOf } from "./holders.ts";
export { CameraLink, type CameraLinkShape, type CameraState } from "./link.ts";
export { CameraOutput } from "./output.ts";
export { type CameraStatus, CameraSupervisor, type CameraSupervisorOptions } from "./supervisor.ts";
export { type CameraFormat, frameBytes } from "./v4l2.ts";
export { CameraWriter } from "./writer.ts";
export { i420ToYuyv } from "./yuyv.ts";

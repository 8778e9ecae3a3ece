/**
 * The part of Video4Linux2 that an output device needs: numbers and struct layouts of linux/videodev2.h (the same on
 * x86-64 and arm64), over {@linkcode Libc}. In: a descriptor. Out: what the driver answered; errno as a negative
 * number. Main side only, start and reopening; nothing here runs per frame.
 */
import type { Libc } from "./libc.ts";

/** _IOC numbers: direction, size of the argument, 'V', number. */
const VIDIOC_QUERYCAP = 0x80685600;
const VIDIOC_S_FMT = 0xc0d05605;
const VIDIOC_S_PARM = 0xc0cc5616;
const VIDIOC_STREAMON = 0x40045612;
const VIDIOC_STREAMOFF = 0x40045613;

const CAPABILITY_BYTES = 104;
const FORMAT_BYTES = 208;
const STREAMPARM_BYTES = 204;
/** struct v4l2_format: the type, then a union aligned to 8. */
const PIX = 8;

const BUF_TYPE_VIDEO_OUTPUT = 2;
const FIELD_NONE = 1;
/** Says that the fields behind `priv` are filled in. */
const PIX_FMT_PRIV_MAGIC = 0xfeedcafe;
/** BT.601 limited range, as our I420 is. */
const COLORSPACE_SMPTE170M = 1;
const YCBCR_ENC_601 = 1;
const QUANTIZATION_LIM_RANGE = 2;
const XFER_FUNC_709 = 1;

const CAP_VIDEO_CAPTURE = 0x1;
const CAP_VIDEO_OUTPUT = 0x2;
const CAP_DEVICE_CAPS = 0x80000000;

/** Frame formats that we write. "I420" is V4L2's YU12. */
export type CameraFormat = "I420" | "YUYV";
const FOURCC: Readonly<Record<CameraFormat, string>> = { I420: "YU12", YUYV: "YUYV" };

export interface Capability {
  /** E.g. "v4l2 loopback", "uvcvideo". */
  readonly driver: string;
  /** The label that applications show. */
  readonly card: string;
  /** E.g. "platform:v4l2loopback-000". */
  readonly busInfo: string;
  readonly canCapture: boolean;
  readonly canOutput: boolean;
}

export interface PixelFormat {
  readonly width: number;
  readonly height: number;
  /** Four characters, e.g. "YU12". */
  readonly fourcc: string;
  /** Bytes a frame as the driver counts them; v4l2loopback rounds up to whole pages. */
  readonly imageBytes: number;
}

/** Bytes of one frame as we write it, without the driver's rounding. */
export function frameBytes(format: CameraFormat, size: { width: number; height: number }): number {
  return format === "I420" ? size.width * size.height * 3 / 2 : size.width * size.height * 2;
}

export function fourccOf(format: CameraFormat): string {
  return FOURCC[format];
}

/** VIDIOC_QUERYCAP; a negative errno where the descriptor is no video device. */
export function queryCapability(libc: Libc, fd: number): Capability | number {
  const bytes = new Uint8Array(CAPABILITY_BYTES);
  const answer = libc.ioctl(fd, VIDIOC_QUERYCAP, bytes);
  if (answer < 0) return answer;
  const view = new DataView(bytes.buffer);
  const all = view.getUint32(84, true);
  // `capabilities` is the whole device's; where the node has its own, only those count.
  const caps = (all & CAP_DEVICE_CAPS) !== 0 ? view.getUint32(88, true) : all;
  return {
    driver: text(bytes, 0, 16),
    card: text(bytes, 16, 32),
    busInfo: text(bytes, 48, 32),
    canCapture: (caps & CAP_VIDEO_CAPTURE) !== 0,
    canOutput: (caps & CAP_VIDEO_OUTPUT) !== 0,
  };
}

/** VIDIOC_S_FMT: asks for a format and answers what the driver made of it, which may be another; or minus errno. */
export function setOutputFormat(
  libc: Libc,
  fd: number,
  format: CameraFormat,
  size: { width: number; height: number },
): PixelFormat | number {
  const bytes = new Uint8Array(FORMAT_BYTES);
  const view = new DataView(bytes.buffer);
  const lineBytes = format === "I420" ? size.width : size.width * 2;
  const fields = [
    size.width,
    size.height,
    fourccNumber(FOURCC[format]),
    FIELD_NONE,
    lineBytes,
    frameBytes(format, size),
    COLORSPACE_SMPTE170M,
    PIX_FMT_PRIV_MAGIC,
    0, // flags
    YCBCR_ENC_601,
    QUANTIZATION_LIM_RANGE,
    XFER_FUNC_709,
  ];
  view.setUint32(0, BUF_TYPE_VIDEO_OUTPUT, true);
  fields.forEach((value, index) => view.setUint32(PIX + index * 4, value, true));
  const answer = libc.ioctl(fd, VIDIOC_S_FMT, bytes);
  return answer < 0 ? answer : pixelFormat(view);
}

/** VIDIOC_S_PARM: the frame rate, for readers that ask. Minus errno or 0. */
export function setOutputRate(libc: Libc, fd: number, fps: number): number {
  const bytes = new Uint8Array(STREAMPARM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, BUF_TYPE_VIDEO_OUTPUT, true);
  view.setUint32(12, 1, true); // timeperframe.numerator
  view.setUint32(16, fps, true); // timeperframe.denominator
  return libc.ioctl(fd, VIDIOC_S_PARM, bytes);
}

/** VIDIOC_STREAMON of the output side. Minus errno or 0. */
export function streamOn(libc: Libc, fd: number): number {
  return libc.ioctl(fd, VIDIOC_STREAMON, new Uint8Array([BUF_TYPE_VIDEO_OUTPUT, 0, 0, 0]));
}

/** VIDIOC_STREAMOFF of the output side. Minus errno or 0. */
export function streamOff(libc: Libc, fd: number): number {
  return libc.ioctl(fd, VIDIOC_STREAMOFF, new Uint8Array([BUF_TYPE_VIDEO_OUTPUT, 0, 0, 0]));
}

function pixelFormat(view: DataView): PixelFormat {
  return {
    width: view.getUint32(PIX, true),
    height: view.getUint32(PIX + 4, true),
    fourcc: text(new Uint8Array(view.buffer as ArrayBuffer), PIX + 8, 4),
    imageBytes: view.getUint32(PIX + 20, true),
  };
}

function fourccNumber(fourcc: string): number {
  return [...fourcc].reduce((sum, letter, index) => sum + letter.charCodeAt(0) * 256 ** index, 0);
}

function text(bytes: Uint8Array<ArrayBuffer>, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

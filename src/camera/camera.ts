/**
 * Opens a v4l2loopback node for writing. In: a node, a frame size, a rate, a format. Out: a descriptor that takes
 * whole frames by write(), or a DeviceFault. Main side: a handful of ioctls, a few milliseconds, not per frame.
 *
 * Three generations of the driver, measured. 0.12: STREAMON after S_FMT makes us the writer; without it, closing
 * leaves an exclusive_caps node neither output nor capture. 0.13: the same, but it counts: without STREAMOFF before
 * closing, a node that somebody still reads refuses the next S_FMT. 0.14 and later: STREAMON without buffers answers
 * EINVAL and the first write() makes us the writer. So STREAMON is tried, EINVAL is an answer, and STREAMOFF ends it.
 */
import { DeviceFault } from "../errors/mod.ts";
import type { FrameSize } from "../time/mod.ts";
import { cameraFault } from "./fault.ts";
import { isWritten } from "./find.ts";
import { heldBy, holdersOf } from "./holders.ts";
import { ERRNO, Libc } from "./libc.ts";
import {
  type CameraFormat,
  type Capability,
  fourccOf,
  frameBytes,
  queryCapability,
  setOutputFormat,
  setOutputRate,
  streamOff,
  streamOn,
} from "./v4l2.ts";

export interface CameraOptions {
  readonly size: FrameSize;
  /** Frames a second, told to readers that ask. */
  readonly fps: number;
  readonly format: CameraFormat;
}

export interface OpenCamera extends Disposable {
  /** For {@linkcode CameraWriter}, in any isolate of this process. */
  readonly fd: number;
  readonly path: string;
  readonly card: string;
  readonly format: CameraFormat;
  /** The true size of a frame; the driver's own sizeimage is rounded up to pages. */
  readonly frameBytes: number;
  /** Gives the node back. Nobody may write to `fd` any more. Safe to call twice. */
  close(): void;
}

/** Throws DeviceFault camera_missing, camera_busy, camera_not_loopback, camera_denied, camera_format or camera_failed. */
export function openCamera(path: string, options: CameraOptions): OpenCamera {
  const libc = new Libc();
  let fd = open(libc, path);
  try {
    let capability = capabilityOf(libc, fd, path);
    if (!capability.canOutput && !capability.canCapture) {
      // Whoever wrote last went without STREAMON. Becoming the writer and leaving puts an older driver right, even
      // where STREAMON itself fails for want of a format.
      streamOn(libc, fd);
      libc.close(fd);
      fd = open(libc, path);
      capability = capabilityOf(libc, fd, path);
    }
    if (!capability.canOutput) throw cameraFault(path, ERRNO.EBUSY, () => othersThan(path));
    agree(libc, fd, path, capability, options);
    const streaming = streamOn(libc, fd);
    if (streaming < 0 && streaming !== -ERRNO.EINVAL) {
      throw cameraFault(path, -streaming, () => othersThan(path));
    }
    return opened(libc, fd, path, capability.card, options);
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

function open(libc: Libc, path: string): number {
  const fd = libc.open(path);
  if (fd < 0) throw cameraFault(path, -fd);
  return fd;
}

function capabilityOf(libc: Libc, fd: number, path: string) {
  const capability = queryCapability(libc, fd);
  if (typeof capability === "number") throw cameraFault(path, -capability);
  if (capability.driver !== "v4l2 loopback") {
    throw new DeviceFault(
      `opening camera ${path}: it is "${capability.card}" (driver ${capability.driver}), wanted a v4l2loopback node`,
      { code: "camera_not_loopback" },
    );
  }
  return capability;
}

/** Format and rate. A node that somebody still reads may keep its old format: then ours must be the same. */
function agree(
  libc: Libc,
  fd: number,
  path: string,
  capability: Capability,
  { format, size, fps }: CameraOptions,
): void {
  let answer = setOutputFormat(libc, fd, format, size);
  if (answer === -ERRNO.EBUSY && !isWritten(path, capability, othersThan(path))) {
    // Nobody writes: the writer before us was killed while somebody read, and 0.13 still counts it.
    streamOff(libc, fd);
    answer = setOutputFormat(libc, fd, format, size);
  }
  if (typeof answer === "number") throw cameraFault(path, -answer, () => othersThan(path));
  const isAsWanted = answer.width === size.width && answer.height === size.height &&
    answer.fourcc === fourccOf(format);
  if (!isAsWanted) {
    const others = othersThan(path);
    const why = others.length === 0 ? "" : `, ${heldBy(others)}`;
    throw new DeviceFault(
      `opening camera ${path}: it keeps to ${answer.fourcc} ${answer.width}x${answer.height}${why}, wanted ${
        fourccOf(format)
      } ${size.width}x${size.height}; close the programs that show it, or ask for that size`,
      { code: "camera_format", retryable: true },
    );
  }
  // The rate is a courtesy to readers: a driver that does not take it still shows frames when they come.
  setOutputRate(libc, fd, fps);
}

/** Everybody who holds the node but us, who have it open right now. */
function othersThan(path: string) {
  return holdersOf(path).filter((holder) => holder.pid !== Deno.pid);
}

function opened(libc: Libc, fd: number, path: string, card: string, options: CameraOptions): OpenCamera {
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    streamOff(libc, fd); // not every driver has something to stop
    libc.close(fd);
  };
  const { format, size } = options;
  return { fd, path, card, format, frameBytes: frameBytes(format, size), close, [Symbol.dispose]: close };
}

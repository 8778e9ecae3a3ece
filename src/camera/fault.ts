/**
 * What to tell a person when a camera cannot be used. In: the node and an errno of open, an ioctl or write. Out: a
 * DeviceFault with the action, what is there (who holds it) and the command that mends it. Main side.
 */
import { DeviceFault } from "../errors/mod.ts";
import { heldBy, type Holder, holdersOf } from "./holders.ts";
import { ERRNO, errnoName } from "./libc.ts";

/** Makes a node for us and one for OBS. */
export const MODPROBE_COMMAND =
  'sudo modprobe v4l2loopback devices=2 video_nr=10,11 exclusive_caps=1,1 card_label="OBS Virtual Camera,Lipcam" max_buffers=8';

/** How to come to a node: the command where the module is there, the doctor where it is not. */
export const MAKE_A_NODE = `make one with: ${MODPROBE_COMMAND} (\`deno task doctor\` says how to install it)`;

/**
 * The fault that says why `path` cannot be used, from an errno of open, QUERYCAP, S_FMT or write. Who holds it is asked
 * only where that is the reason: it means looking at every process, and an absent camera is tried every second.
 */
export function cameraFault(
  path: string,
  errno: number,
  holders: () => readonly Holder[] = () => holdersOf(path),
): DeviceFault {
  const what = `opening camera ${path}`;
  const because = { cause: errnoName(errno) };
  switch (errno) {
    case ERRNO.EBUSY:
      return new DeviceFault(
        `${what}: it is ${heldBy(holders())}, wanted a free node; end that program or choose another`,
        { code: "camera_busy", retryable: true, ...because },
      );
    case ERRNO.EACCES:
    case ERRNO.EPERM:
      return new DeviceFault(
        `${what}: no permission, wanted a user in the video group: sudo usermod -aG video "$USER", then log in again`,
        { code: "camera_denied", ...because },
      );
    case ERRNO.ENOENT:
    case ERRNO.ENOTDIR:
    case ERRNO.ENODEV:
    case ERRNO.ENXIO: {
      const is = errno === ERRNO.ENOENT || errno === ERRNO.ENOTDIR
        ? "there is no such node"
        : "no driver is behind the node";
      return new DeviceFault(
        `${what}: ${is}, wanted a v4l2loopback node; ${MAKE_A_NODE}`,
        {
          code: "camera_missing",
          retryable: true,
          ...because,
        },
      );
    }
    case ERRNO.ENOTTY:
    case ERRNO.EISDIR:
      return new DeviceFault(`${what}: it is not a video device, wanted a v4l2loopback node`, {
        code: "camera_not_loopback",
        ...because,
      });
    default:
      return new DeviceFault(`${what}: the driver answered ${errnoName(errno)}, wanted a v4l2loopback node`, {
        code: "camera_failed",
        retryable: true,
        ...because,
      });
  }
}

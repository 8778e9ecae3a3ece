/** The one line for a disk that is full. */
import { Fault } from "../errors/mod.ts";

export function diskFull(action: string, cause?: unknown): Fault {
  return new Fault(
    `${action}: no space left on the disk, wanted some to be freed`,
    cause === undefined ? { code: "disk_full" } : { code: "disk_full", cause },
  );
}

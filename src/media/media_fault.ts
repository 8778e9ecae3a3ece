/**
 * The library's C habits in our terms: status numbers become Faults, options are set one by one. Options never go by
 * way of a Dictionary: opening an encoder frees it, and its wrapper frees it again later, which ends the process.
 */
import { FFmpegError, Option, type OptionCapableObject } from "node-av/lib";
import { AV_OPT_SEARCH_CHILDREN, AVERROR_ENOSPC } from "node-av/constants";
import { diskFull, Fault } from "../errors/mod.ts";

/** The system refuses to let the file grow: disk, quota or size limit. */
const EDQUOT = -122;
const EFBIG = -27;

/** Throws Fault `disk_full` or `media_error` when `status` is negative; `action` starts the sentence. */
export function expectOk(status: number, action: string): void {
  if (status >= 0) return;
  if (status === AVERROR_ENOSPC || status === EDQUOT || status === EFBIG) throw diskFull(action);
  const reason = FFmpegError.fromCode(status)?.message ?? "unknown";
  throw new Fault(`${action} failed: ${reason} (${status})`, { code: "media_error" });
}

/** Sets options of an encoder or a muxer, before it is opened; an unknown name or value is a Fault. */
export function setOptions(target: OptionCapableObject, options: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(options)) {
    expectOk(Option.set(target, name, value, AV_OPT_SEARCH_CHILDREN), `setting ${name}=${value}`);
  }
}

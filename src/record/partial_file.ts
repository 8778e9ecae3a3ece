/**
 * The file a recording is written to before it has earned its name: `.NAME.partial.EXT` beside the destination, so
 * that the final rename stays on one file system. A partial file that is already there (an earlier recording that was
 * killed, or another one that is running) is never touched; the next free number is taken instead.
 */
import { basename, dirname, extname, join, resolve } from "node:path";
import { Fault, InputFault, oneLine } from "../errors/mod.ts";

const ATTEMPTS_MAX = 100;

export class PartialFile {
  private constructor(
    /** Where the recording is to end up. */
    readonly destination: string,
    /** Where it is written meanwhile; exists and is empty after `claim`. */
    readonly path: string,
  ) {}

  /** Throws InputFault `bad_path` when the folder is missing or not writable, or the destination is a folder. */
  static claim(destination: string): PartialFile {
    const wanted = resolve(destination);
    const refuse = (found: string): never => {
      throw new InputFault(
        `recording to ${destination}: ${found}, wanted a file in a folder that can be written`,
        {
          code: "bad_path",
        },
      );
    };
    const folder = kindOf(dirname(wanted));
    if (folder === "missing") refuse("its folder does not exist");
    if (folder !== "folder") refuse("its folder is not a folder");
    if (kindOf(wanted) === "folder") refuse("it is a folder");
    const extension = extname(wanted);
    const stem = basename(wanted, extension);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const suffix = attempt === 1 ? "" : `-${attempt}`;
      const path = join(dirname(wanted), `.${stem}.partial${suffix}${extension}`);
      try {
        Deno.openSync(path, { write: true, createNew: true }).close();
        return new PartialFile(wanted, path);
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) continue;
        refuse(oneLine(error).replace(/, open '.*$/, ""));
      }
    }
    return refuse(`${ATTEMPTS_MAX} unfinished recordings of that name are in its folder`);
  }

  get bytes(): number {
    return Deno.statSync(this.path).size;
  }

  /** Gives the recording its name, replacing an older one. */
  publish(): void {
    try {
      Deno.renameSync(this.path, this.destination);
    } catch (error) {
      throw new Fault(
        `renaming the finished recording: ${oneLine(error)}; it is still there as ${this.path}`,
        {
          code: "rename_failed",
          cause: error,
        },
      );
    }
  }

  /** Removes what was written. */
  discard(): void {
    try {
      Deno.removeSync(this.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function kindOf(path: string): "folder" | "other" | "missing" {
  try {
    return Deno.statSync(path).isDirectory ? "folder" : "other";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "missing";
    return "other";
  }
}

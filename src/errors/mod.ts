/**
 * The few error classes of Lipcam. Each says in one line what was attempted, what is, and what is wanted;
 * `code` is for programs, `exitCode` for the shell, `retryable` for supervisors.
 */

/** Process exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, device: 3 } as const;

export interface FaultOptions {
  /** Stable snake_case identifier, for programs. */
  readonly code: string;
  /** Whether the same call may succeed later without anybody changing anything. Default false. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** Base class: something that was attempted did not work. Exit code 1. */
export class Fault extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly exitCode: number = EXIT.failed;
  constructor(message: string, options: FaultOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.retryable = options.retryable ?? false;
  }
}

/** What the caller gave cannot be used: an unknown flag, a bad size, a missing file. Exit code 2, HTTP 400. */
export class InputFault extends Fault {
  override readonly exitCode = EXIT.usage;
}

/** What the caller names does not exist, or no longer. Exit code 2, HTTP 404. */
export class NotFoundFault extends InputFault {}

/** A device is missing, busy or of the wrong kind. Exit code 3. */
export class DeviceFault extends Fault {
  override readonly exitCode = EXIT.device;
}

/** A bounded queue is full. HTTP 429; exit code 1. */
export class CapacityFault extends Fault {
  constructor(message: string, options: FaultOptions) {
    super(message, { retryable: true, ...options });
  }
}

/** A disk that has no room left; `action` starts the sentence. */
export function diskFull(action: string, cause?: unknown): Fault {
  return new Fault(`${action}: no space left on the disk, wanted some to be freed`, {
    code: "disk_full",
    cause,
  });
}

/** The one line of an unknown thrown value, without stack and without line breaks. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}

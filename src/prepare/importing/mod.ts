/** Folders that other programs made. */
import type { Progress } from "../video/progress.ts";

export interface ImportOptions {
  readonly path: string;
  readonly id: string;
  readonly parent: string;
  readonly isForced: boolean;
  readonly actions?: string;
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onNote: (line: string) => void;
}
export function isForeignAvatar(_path: string): Promise<boolean> {
  return Promise.resolve(false);
}
export function importAvatar(_options: ImportOptions): Promise<{ folder: string; frames: number }> {
  throw new Error("being written");
}

/** Sends a file and tells how far it is, which fetch() cannot. The answer is the programme's, errors are its own lines. */
/// <reference lib="dom" />
import { word } from "./words.ts";

export interface UploadOptions {
  /** 0..1, of what was sent. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** Rejects with the signal's reason, or an Error that says why it was not taken. */
export function upload<T>(path: string, file: Blob, { onProgress, signal }: UploadOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Content-Type", "application/octet-stream"); // what it is, the programme finds out
    request.responseType = "json";
    request.upload.addEventListener(
      "progress",
      ({ loaded, total }) => onProgress(loaded / Math.max(1, total)),
    );
    request.addEventListener("load", () => {
      const { status, response } = request;
      if (status >= 200 && status < 300) resolve(response as T);
      else reject(new Error(response?.detail ?? String(status)));
    });
    request.addEventListener("error", () => reject(new Error(word("noAnswer"))));
    signal.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    }, { once: true });
    request.send(file);
  });
}

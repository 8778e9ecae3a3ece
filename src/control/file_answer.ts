/** A file as an answer, whole or in the one range that players ask for (RFC 9110, section 14). */
import { HttpProblem } from "./problem.ts";

/** `name`: what a browser saves it as. */
export async function fileAnswer(
  request: Request,
  path: string,
  type: string,
  name: string,
): Promise<Response> {
  const file = await Deno.open(path, { read: true });
  try {
    const { size } = await file.stat();
    const range = rangeOf(request.headers.get("range"), size);
    const headers = new Headers({
      "Content-Type": type,
      "Accept-Ranges": "bytes",
      "Content-Disposition": `inline; filename="${name.replace(/[^\w.-]/g, "_")}"`,
    });
    if (range === undefined) {
      headers.set("Content-Length", String(size));
      return new Response(file.readable, { headers });
    }
    const [first, last] = range;
    await file.seek(first, Deno.SeekMode.Start);
    headers.set("Content-Length", String(last - first + 1));
    headers.set("Content-Range", `bytes ${first}-${last}/${size}`);
    return new Response(file.readable.pipeThrough(atMost(last - first + 1)), { status: 206, headers });
  } catch (error) {
    file.close();
    throw error;
  }
}

/** First and last byte; undefined for the whole. Throws HttpProblem 416. */
function rangeOf(header: string | null, size: number): readonly [number, number] | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || (from === "" && to === "")) return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(size - 1, Number(to));
  if (first <= last && first < size) return [first, last];
  throw new HttpProblem(416, "bad_range", `the range lies outside of the file's ${size} bytes`, {
    "Content-Range": `bytes */${size}`,
  });
}

function atMost(bytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = bytes;
  return new TransformStream({
    transform(piece, controller) {
      controller.enqueue(piece.length > left ? piece.subarray(0, left) : piece);
      left -= piece.length;
      if (left <= 0) controller.terminate();
    },
  });
}

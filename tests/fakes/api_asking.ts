/** How property tests ask a running server: made-up addresses, bodies that are none, garbage; every answer is checked. */
import { assert } from "@std/assert";
import fc from "fast-check";
import type { JsonSchema, Operation } from "./api_checker.ts";
import type { ApiRoom } from "./api_room.ts";

export const JSON_TYPE = "application/json";
const STREAMS = new Set(["/v1/events", "/preview.mjpeg", "/sse"]);

export function bodySchema({ requestBody }: Operation): JsonSchema | undefined {
  return requestBody?.content[JSON_TYPE]?.schema;
}

/** `pick`: what stands for a name in the path or the query; "" leaves a query out. */
export function address({ path, parameters = [] }: Operation, pick: (name: string) => string): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(pick(name)));
  const query = parameters.filter((one) => one.in === "query" && one.name !== "session")
    .flatMap(({ name }) => pick(name) === "" ? [] : [`${name}=${encodeURIComponent(pick(name))}`]);
  return query.length === 0 ? filled : `${filled}?${query.join("&")}`;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  /** Whether it is a 4xx, or what clients of LiveTalking get for one. */
  readonly isRefusal: boolean;
}

/** Throws where the answer is not as the server's own description says. */
export async function ask(
  room: ApiRoom,
  { method, path }: Operation,
  where: string,
  init: RequestInit,
): Promise<Answered> {
  const response = await room.call(where, { method, ...init });
  const { status } = response;
  const isStream = STREAMS.has(path);
  const body = await room.api.check(method, path, response, isStream);
  if (isStream) await response.body?.cancel().catch(() => {}); // read already where it was a problem
  const isEnveloped = status === 200 && (body as { code?: unknown } | undefined)?.code === -1;
  return { status, body, isRefusal: isEnveloped || (status >= 400 && status < 500) };
}

/** Values that are no object at all, towers, and objects with one thing wrong. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.integer({ min: 33, max: 3000 }).map((depth) => ({ tower: depth })),
  fc.dictionary(
    fc.constantFrom("text", "name", "avatar", "on", "sdp", "voice", "record", "sessionid", "__proto__"),
    fc.jsonValue(),
  ),
);

/** JSON that the operation's description does not allow. */
export function wrongBodies({ api }: ApiRoom, { method, path }: Operation): fc.Arbitrary<string> {
  return anything.filter((value) => isTower(value) || !api.allows(method, path, value)).map((value) =>
    isTower(value) ? "[".repeat(value.tower) + "]".repeat(value.tower) : JSON.stringify(value)
  );
}

function isTower(value: unknown): value is { tower: number } {
  return typeof (value as { tower?: unknown } | null)?.tower === "number";
}

const TYPES = [
  "application/json",
  "application/json; charset=latin1",
  "text/plain",
  "text/html",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=x",
  "application/sdp",
  "audio/wav",
  "\u00e4/\u00f6",
  "",
];

export const garbage: fc.Arbitrary<readonly [bytes: Uint8Array<ArrayBuffer>, type: string]> = fc.tuple(
  fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.uint8Array({ minLength: 5000, maxLength: 6000 }),
    fc.string({ minLength: 1, maxLength: 100 }).map((text) => new TextEncoder().encode(`{"${text}": `)),
  ).map((bytes) => new Uint8Array(bytes)),
  fc.constantFrom(...TYPES),
);

/** Sends garbage; a client that cannot even send it was refused by itself. */
export async function askGarbage(
  room: ApiRoom,
  operation: Operation,
  where: string,
  body: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<Answered> {
  try {
    return await ask(room, operation, where, { body, headers: { "Content-Type": type } });
  } catch (error) {
    if (!/ByteString|header value/i.test(String(error))) throw error;
    return { status: 400, body: undefined, isRefusal: true };
  }
}

/** JSON 10^5 deep, closed and left open, in arrays and in objects: none longer than a body may be. */
export const TOWERS: readonly string[] = [
  "[".repeat(1e5) + "]".repeat(1e5),
  "[".repeat(2e5),
  '{"a":'.repeat(1e5 / 2),
  `{"text":${"[".repeat(1e5)}${"]".repeat(1e5)}}`,
];

/** Nothing that is asked may have been a fault of the server's own. */
export async function stillWell(room: ApiRoom): Promise<void> {
  assert(room.errors.length === 0, String(room.errors));
  const health = await fetch(new URL("/healthz", room.url));
  assert((await health.json()).status === "ok");
}

/** Saying, and being cut off. */
import { z } from "zod";
import { bodyPieces, checkType, hasBody, readJson, typeOf } from "./body.ts";
import type { ProgrammeControl } from "./programme_control.ts";
import { checked } from "./checked.ts";
import { handedOn } from "./handed_on.ts";
import { HttpProblem } from "./problem.ts";
import { json, type Route } from "./route.ts";
import { SAY, sayBody } from "./say_request.ts";

const utterance = z.object({ utterance: z.int().min(1) });
const numbers = z.array(z.int().min(1));
const streamQuery = z.object({
  voice: z.string().max(200).exactOptional(),
  interruptible: z.enum(["true", "false"]).exactOptional(),
});
const STREAM = { schema: streamQuery, code: "bad_query", example: "?voice=en-us&interruptible=false" };
/** As much as one text may hold. */
const STREAM_BYTES_MAX = 1024 * 1024;
/** A language model may think for as long. */
const STREAM_QUIET_MS_MAX = 60_000;

export const SAY_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/say",
    isOfProgramme: true,
    about: {
      summary:
        "Speaks a text; one that comes as text/plain is spoken as it comes, answered when it has ended.",
      query: streamQuery,
      takes: { "application/json": sayBody, "text/plain": null },
      gives: { 202: utterance },
    },
    answer: async ({ request, url, programme }) => {
      if (typeOf(request) === "text/plain") return await sayStream(request, url, programme);
      const { interrupt, ...said } = checked(SAY, await readJson(request));
      if (interrupt) programme.interrupt();
      return json({ utterance: programme.say(said).utterance }, 202);
    },
  },
  {
    method: "POST",
    path: "/v1/interrupt",
    isOfProgramme: true,
    about: {
      summary: "Cuts off what is being said and drops what waits.",
      gives: { 200: z.object({ interrupted: numbers, kept: numbers }) },
    },
    answer: async ({ request, programme }) => {
      await readJson(request);
      return json(programme.interrupt());
    },
  },
];

async function sayStream(request: Request, url: URL, programme: ProgrammeControl): Promise<Response> {
  checkType(request, "text/plain");
  const { session: _session, ...query } = Object.fromEntries(url.searchParams);
  const { voice, interruptible } = checked(STREAM, query);
  const limits = { bytesMax: STREAM_BYTES_MAX, quietMsMax: STREAM_QUIET_MS_MAX };
  if (!hasBody(request)) throw new HttpProblem(400, "empty_text", "the body is empty, wanted text");
  const { pieces, ended } = handedOn(bodyPieces(request, limits));
  const said = programme.say({
    text: textOf(pieces),
    ...(voice === undefined ? {} : { voice }),
    ...(interruptible === undefined ? {} : { interruptible: interruptible === "true" }),
  });
  await Promise.race([ended, said.ended]);
  return json({ utterance: said.utterance }, 202);
}

/** Broken letters are shown as such. */
async function* textOf(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/** Sound to be spoken: a whole file, or samples as they come. */
import { z } from "zod";
import { bodyPieces, hasBody, typeOf, uploadPieces } from "./body.ts";
import { spoolForm } from "./form.ts";
import { handedOn } from "./handed_on.ts";
import { FORM_TYPE } from "./multipart.ts";
import { PCM_PIECES_MAX, socketPieces } from "./socket_pieces.ts";
import { HttpProblem } from "./problem.ts";
import type { PcmShape, SoundRequest } from "./programme_control.ts";
import { json, type Route } from "./route.ts";
import { speakFile } from "./spoken_file.ts";
import { spool } from "./spool.ts";
import type { SpoolRoom } from "./spool_room.ts";

const utterance = z.object({ utterance: z.int().min(1) });
const soundQuery = z.object({ interruptible: z.enum(["true", "false"]).optional() });
const pcmQuery = soundQuery.extend({
  rate: z.coerce.number().int().min(8000).max(192_000).optional(),
  format: z.enum(["s16le", "f32le"]).optional(),
});
/** An hour of 48 kHz in 16 bits. */
const PCM_BYTES_MAX = 400 * 1024 * 1024;
const QUIET_MS_MAX = 60_000;

export function soundRoutes(room: SpoolRoom): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/v1/say/audio",
      isOfProgramme: true,
      rate: "upload",
      about: {
        summary: "Speaks a sound file: the body, or the field `file` of a form.",
        query: soundQuery,
        takes: {
          ...{ "audio/*": null, "video/*": null, "application/octet-stream": null },
          [FORM_TYPE]: z.object({ file: z.file() }),
        },
        gives: { 202: utterance },
      },
      answer: async ({ request, url, programme }) => {
        const wishes = soundRequest(url);
        const isForm = typeOf(request) === FORM_TYPE;
        const file = isForm
          ? (await spoolForm(request, { files: ["file"], purpose: "sound", room })).file
          : await spool(uploadPieces(request, room.fileBytesMax), "sound", room);
        const { utterance } = await speakFile(programme, file, wishes);
        return json({ utterance }, 202);
      },
    },
    {
      method: "POST",
      path: "/v1/say/pcm",
      isOfProgramme: true,
      rate: "upload",
      about: {
        summary: "Speaks raw mono samples as they come; answers when the body has ended.",
        query: pcmQuery,
        takes: { "application/octet-stream": null, "audio/*": null },
        gives: { 202: utterance },
      },
      answer: async ({ request, url, programme }) => {
        const limits = { bytesMax: PCM_BYTES_MAX, quietMsMax: QUIET_MS_MAX };
        if (!hasBody(request)) {
          throw new HttpProblem(400, "empty_sound", "the body is empty, wanted samples");
        }
        const { pieces, ended } = handedOn(bodyPieces(request, limits));
        const said = programme.sayPcm(pieces, pcmShape(url), soundRequest(url));
        await Promise.race([ended, said.ended]);
        return json({ utterance: said.utterance }, 202);
      },
    },
    {
      method: "GET",
      path: "/v1/say/pcm",
      isOfProgramme: true,
      isSocket: true,
      about: {
        summary: "A WebSocket that takes raw mono samples as binary messages and speaks them as they come.",
        query: pcmQuery,
        gives: { 101: null },
      },
      answer: (visit) => {
        const shape = pcmShape(visit.url);
        const wishes = soundRequest(visit.url);
        const { socket, response } = visit.upgrade();
        const pieces = socketPieces(socket, visit.signal, PCM_PIECES_MAX);
        socket.addEventListener("open", () => {
          try {
            const said = visit.programme.sayPcm(pieces, shape, wishes);
            socket.send(JSON.stringify({ utterance: said.utterance }));
            said.ended.then(() => socket.close(1000));
          } catch (error) {
            socket.close(1013, error instanceof Error ? error.message.slice(0, 100) : "refused");
          }
        });
        return response;
      },
    },
  ];
}

function soundRequest(url: URL): SoundRequest {
  const interruptible = queryOf(url, soundQuery).interruptible;
  return interruptible === undefined ? {} : { interruptible: interruptible === "true" };
}

function pcmShape(url: URL): PcmShape {
  const { rate = 48_000, format = "s16le" } = queryOf(url, pcmQuery);
  return { rateHz: rate, format };
}

function queryOf<T>(url: URL, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(Object.fromEntries(url.searchParams));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new HttpProblem(
    400,
    "bad_query",
    `${issue.path.join(".")} in the address: ${issue.message}, wanted such as rate=16000&format=s16le`,
  );
}

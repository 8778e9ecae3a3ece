/**
 * POST /human of LiveTalking: a text to be spoken, with fields of the caller's own that come back in the events. A voice that
 * the engine does not have, as those of other engines, is passed over; an emotion that is an expression of ours is shown while
 * the text is spoken.
 */
import { z } from "zod";
import { InputFault } from "../../errors/mod.ts";
import type { Wish } from "../checked.ts";
import { type CompatSessions, sessionName } from "./sessions.ts";

export const human = z.looseObject({
  sessionid: sessionName,
  text: z.string(),
  type: z.string().nullish(),
  interrupt: z.boolean().nullish(),
  tts: z.looseObject({ voice: z.string().max(200).nullish(), emotion: z.string().max(40).nullish() })
    .nullish(),
});
export type Human = z.output<typeof human>;

export const HUMAN: Wish<Human> = {
  schema: human,
  code: "bad_request",
  example: '{"sessionid": 123456789, "text": "Hello.", "type": "echo"}',
};

/**
 * The number of the utterance; undefined for an empty text, which theirs pass over too. Throws InputFault, CapacityFault,
 * NotFoundFault `no_such_session`.
 */
export function sayHuman(sessions: CompatSessions, body: Human): number | undefined {
  const { sessionid, text, type, interrupt, tts, ...own } = body;
  if ((type ?? "echo") !== "echo") {
    throw new InputFault(
      type === "chat"
        ? "no language model answers here, wanted type echo with the text to be spoken"
        : "the type is neither echo nor chat, wanted echo",
      { code: "no_chat" },
    );
  }
  const programme = sessions.programme(sessionid);
  if (interrupt) programme.interrupt();
  if (text.trim() === "") return undefined;
  sessions.says(own, text);
  const { expressions } = programme.acts();
  const emotion = tts?.emotion?.trim().toLowerCase() ?? "";
  const isShown = emotion !== "" && expressions.includes(emotion);
  const request = { text: isShown ? `[${emotion}]${text} [neutral]` : text, metadata: own };
  const voice = tts?.voice;
  if (!voice) return programme.say(request).utterance;
  try {
    return programme.say({ ...request, voice }).utterance;
  } catch (error) {
    if (!(error instanceof InputFault) || error.code !== "unknown_voice") throw error;
    return programme.say(request).utterance;
  }
}

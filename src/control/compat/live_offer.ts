/**
 * POST /offer as LiveTalking has it: the plain offer, with actions that the client brings. What it wants of a cloned voice
 * (refaudio, reftext) is taken and not used. The session's name is a number, as pages of theirs expect.
 */
import { z } from "zod";
import { readJson } from "../body.ts";
import { checked } from "../checked.ts";
import { json, type Route } from "../route.ts";
import { answerOffer, offerBody } from "../webrtc_routes.ts";
import { avatarName } from "./avatar_name.ts";
import { readCustomConfig } from "./custom_actions.ts";
import { enveloped, refusal } from "./envelope.ts";
import type { CompatSessions } from "./sessions.ts";

const liveOffer = offerBody.extend({
  refaudio: z.string().nullish(),
  reftext: z.string().nullish(),
  custom_config: z.unknown().optional(),
});
const OFFER = { schema: liveOffer, code: "bad_offer", example: '{"sdp": "v=0...", "type": "offer"}' };
const answerBody = z.object({
  sdp: z.string(),
  type: z.literal("answer"),
  sessionid: z.union([z.int(), z.string()]),
});

export function liveOfferRoute(sessions: CompatSessions): Route {
  const { webrtc } = sessions.house;
  return {
    ...{ method: "POST", path: "/offer", isGuarded: false, rate: "offer" },
    about: {
      summary: "LiveTalking: watches the programme. With an avatar, a programme of its own.",
      takes: { "application/json": liveOffer },
      gives: { 200: z.union([answerBody, refusal]) },
      refusal,
    },
    answer: enveloped(async ({ request, signal }) => {
      const { sdp, avatar, custom_config } = checked(OFFER, await readJson(request));
      const actions = readCustomConfig(custom_config);
      const answer = await answerOffer(
        webrtc,
        { sdp, ...(avatar ? { avatar: avatarName(avatar) } : {}) },
        signal,
      );
      const { session } = answer;
      sessions.bring(session, actions);
      const sessionid = /^[1-9]\d{0,14}$/.test(session) ? Number(session) : session;
      return json({ sdp: answer.sdp, type: "answer", sessionid });
    }),
  };
}

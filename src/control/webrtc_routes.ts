/**
 * What a viewer asks for: WHEP (draft-ietf-wish-whep: an offer by POST, candidates by PATCH, DELETE at the end), the offer as JSON
 * that pages of LiveTalking send, signalling over a WebSocket, how far a session is. All end in the same answer.
 */
import { z } from "zod";
import { CapacityFault } from "../errors/mod.ts";
import { readJson, readText } from "./body.ts";
import { checked } from "./checked.ts";
import { HttpProblem } from "./problem.ts";
import { json, type Route, type Visit } from "./route.ts";
import { serveSignalling } from "./signalling.ts";
import { candidatesOf } from "./trickle_fragment.ts";
import type { IceServer, WebRtcAnswer, WebRtcControl, WebRtcOffer } from "./webrtc_control.ts";

/** An offer is 5 to 10 kB; what reads it takes a little less than this. */
const SDP_BYTES_MAX = 128 * 1024;
const SDP_TYPE = "application/sdp";
const FRAGMENT_TYPE = "application/trickle-ice-sdpfrag";

/** Whatever else a client sends is taken and not used. */
export const offerBody = z.object({
  sdp: z.string().min(1),
  type: z.literal("offer"),
  avatar: z.string().max(600).nullish(),
});
const OFFER = { schema: offerBody, code: "bad_offer", example: '{"sdp": "v=0...", "type": "offer"}' };

const iceServer = z.object({
  urls: z.string(),
  username: z.string().optional(),
  credential: z.string().optional(),
});

export function webrtcRoutes(webrtc: WebRtcControl): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/whep",
      rate: "offer",
      about: {
        summary: "Watches the programme (WHEP): an offer in, 201 with the answer and its Location out.",
        query: z.object({ avatar: z.string().optional() }),
        takes: { [SDP_TYPE]: null },
        gives: { 201: SDP_TYPE },
      },
      answer: (visit) => whepOffer(visit, webrtc),
    },
    {
      method: "PATCH",
      path: "/whep/{session}",
      about: {
        summary: "Candidates of the viewer, as they are found.",
        takes: { [FRAGMENT_TYPE]: null },
        gives: { 204: null },
      },
      answer: async ({ request, names }) => {
        const fragment = await readText(request, FRAGMENT_TYPE, SDP_BYTES_MAX);
        const session = names["session"]!;
        webrtc.status(session);
        for (const candidate of candidatesOf(fragment)) await webrtc.addCandidate(session, candidate);
        return new Response(null, { status: 204 });
      },
    },
    {
      method: "DELETE",
      path: "/whep/{session}",
      about: { summary: "Ends watching.", gives: { 200: null } },
      answer: async ({ names }) => {
        await webrtc.close(names["session"]!);
        return new Response(null, { status: 200 });
      },
    },
    {
      method: "POST",
      path: "/offer",
      rate: "offer",
      about: {
        summary: "Watches the programme: offer and answer as JSON. With an avatar, a programme of its own.",
        takes: { "application/json": offerBody },
        gives: { 200: z.object({ sdp: z.string(), type: z.literal("answer"), sessionid: z.string() }) },
      },
      answer: (visit) => offerAsJson(visit, webrtc),
    },
    {
      method: "GET",
      path: "/v1/webrtc",
      isSocket: true,
      about: {
        summary:
          "Whether there is a preview, STUN and TURN servers, who watches; as a WebSocket: signalling.",
        gives: {
          200: z.object({
            isOn: z.boolean(),
            iceServers: z.array(iceServer),
            sessions: z.array(z.looseObject({ session: z.string() })),
          }),
        },
      },
      answer: (visit) => {
        if (!visit.isUpgrade) {
          const { isOn, iceServers } = webrtc;
          return json({ isOn, iceServers, sessions: webrtc.sessions() });
        }
        const { socket, response } = visit.upgrade();
        serveSignalling(socket, webrtc, visit.signal, { takeOffer: () => visit.take("offer") });
        return response;
      },
    },
    {
      method: "GET",
      path: "/api/webrtc/status/{session}",
      about: {
        summary: "How many pictures of a session were sent, from 0; -1 before the first.",
        gives: { 200: z.object({ last_frame_idx: z.int().min(-1), fps: z.number() }) },
      },
      answer: ({ names }) => json(webrtc.status(names["session"]!)),
    },
  ];
}

async function whepOffer({ request, url, signal }: Visit, webrtc: WebRtcControl): Promise<Response> {
  const sdp = await readText(request, SDP_TYPE, SDP_BYTES_MAX);
  const avatar = url.searchParams.get("avatar");
  const answer = await answerOffer(webrtc, { sdp, ...(avatar ? { avatar } : {}) }, signal);
  const headers = new Headers({
    "Content-Type": SDP_TYPE,
    "Location": `/whep/${answer.session}`,
    "ETag": `"${answer.session}"`,
    "Accept-Patch": FRAGMENT_TYPE,
  });
  for (const server of webrtc.iceServers) headers.append("Link", link(server));
  return new Response(answer.sdp, { status: 201, headers });
}

async function offerAsJson({ request, signal }: Visit, webrtc: WebRtcControl): Promise<Response> {
  const { sdp, avatar } = checked(OFFER, await readJson(request));
  const answer = await answerOffer(webrtc, { sdp, ...(avatar ? { avatar } : {}) }, signal);
  return json({ sdp: answer.sdp, type: "answer", sessionid: answer.session });
}

/** Too many viewers is no matter of asking slower: 503. Nobody waits for the session of a client that has left: it is closed. */
export async function answerOffer(
  webrtc: WebRtcControl,
  wanted: WebRtcOffer,
  signal: AbortSignal,
): Promise<WebRtcAnswer> {
  try {
    const answer = await webrtc.offer(wanted, signal);
    if (!signal.aborted) return answer;
    await webrtc.close(answer.session).catch(() => {}); // it has ended by itself
    throw signal.reason;
  } catch (error) {
    if (!(error instanceof CapacityFault)) throw error;
    throw new HttpProblem(503, error.code, error.message, { "Retry-After": "5" });
  }
}

/** As WHEP tells a viewer of STUN and TURN servers. */
function link({ urls, username, credential }: IceServer): string {
  const named = username === undefined
    ? ""
    : `; username="${username}"; credential="${credential}"; credential-type="password"`;
  return `<${urls}>; rel="ice-server"${named}`;
}

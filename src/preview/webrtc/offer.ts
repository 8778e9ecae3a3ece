/**
 * Reads a browser's offer and makes it small and plain: the one video codec and the one sound codec that we send, with
 * what belongs to them, and nothing else. What is behind this sees only offers it can answer.
 *
 * In: SDP of anybody (RFC 8866, 8829). Out: SDP with the same sections in the same order. Limits: OFFER_CHARS_MAX
 * characters, LINES_MAX lines, one section each for video, sound and data. Candidates are taken out and answered
 * beside it. Throws InputFault `bad_offer`, or `no_codec` where nothing we send can be played.
 */
import { InputFault } from "../../errors/mod.ts";

export const OFFER_CHARS_MAX = 100_000;
const LINES_MAX = 2000;
const SECTIONS_MAX = 3;
/** RFC 8841: what is meant where nothing is said. */
const MESSAGE_BYTES = 65_536;

export type VideoCodec = "h264" | "vp8";

export interface PlainOffer {
  readonly sdp: string;
  /** Undefined where the viewer wants no picture. */
  readonly video: VideoCodec | undefined;
  /** The chosen video codec's parameters as offered. */
  readonly videoFormat: string;
  readonly hasAudio: boolean;
  /** Whether there is a section for data channels. */
  readonly hasData: boolean;
  /** Longest message that the viewer takes over a data channel. */
  readonly messageBytesMax: number;
  /** As written in the offer, without "a=". */
  readonly candidates: readonly string[];
  /** How the viewer tells how much comes through: by bandwidth, by arrival of each packet, or not at all. */
  readonly feedback: "remb" | "transport" | "none";
}

/** One payload type of a section. */
interface Payload {
  readonly type: string;
  /** "h264/90000", lower case. */
  codec: string;
  format: string;
  readonly feedback: string[];
}

interface Section {
  readonly kind: string;
  /** Of the m line: kind, port, protocol, formats. */
  readonly words: readonly string[];
  readonly lines: readonly string[];
}

/** A section that stands only in the bundle comes with port 0 and means no other (RFC 9143), which the library takes for a refusal. */
const DISCARD_PORT = "9";
const MEDIA_PROTOCOLS = new Set(["UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF"]);
const CREDENTIALS = {
  "ice-ufrag": /^a=ice-ufrag:[\w+/-]{4,256}$/,
  "ice-pwd": /^a=ice-pwd:[\w+/-]{22,256}$/,
  "fingerprint": /^a=fingerprint:sha-(1|224|256|384|512) ([0-9a-f]{2}:){19,63}[0-9a-f]{2}$/i,
} as const;
const FEEDBACK = new Set(["nack", "nack pli"]);
const EXTENSIONS = {
  mid: "urn:ietf:params:rtp-hdrext:sdes:mid",
  sendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  transport: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
};
/** Attributes of a section that the other side needs whatever the codec. */
const KEPT =
  /^a=(mid|rtcp-mux|rtcp-rsize|setup|fingerprint|ice-ufrag|ice-pwd|ice-options|sctp-port|sctpmap|max-message-size|recvonly|sendrecv|sendonly|inactive|msid)\b/;

export function plainOffer(sdp: string): PlainOffer {
  if (sdp.length > OFFER_CHARS_MAX) {
    throw bad(`it has ${sdp.length} characters, wanted at most ${OFFER_CHARS_MAX}`);
  }
  const lines = sdp.split(/\r\n|\n/);
  if (lines.length > LINES_MAX) throw bad(`it has ${lines.length} lines, wanted at most ${LINES_MAX}`);
  if (lines[0] !== "v=0") throw bad("it does not begin with v=0, wanted a session description");
  const { head, sections } = split(lines);
  checkSections(head, sections);
  const video = sections.find(({ kind }) => kind === "video");
  const audio = sections.find(({ kind }) => kind === "audio");
  const hasData = sections.some(({ kind, words }) => kind === "application" && words[1] !== "0");
  const chosen = video === undefined || !isReceiving(video) ? undefined : chooseVideo(payloadsOf(video));
  const sound = audio === undefined || !isReceiving(audio) ? undefined : chooseAudio(payloadsOf(audio));
  if (chosen === undefined && sound === undefined) {
    throw new InputFault(
      "the offer can play neither H.264 (baseline, packetization-mode 1), VP8 nor Opus, wanted one of them to receive",
      { code: "no_codec" },
    );
  }
  const feedback = feedbackOf(chosen?.payload);
  const longest = messageBytes(sections);
  const plain = sections.map((section) => {
    if (section.kind === "application") return dataSection(section, longest);
    const payload = section === video ? chosen?.payload : sound;
    return payload === undefined ? refused(section) : reduced(section, payload, feedback);
  });
  const text = [...head.filter((line) => !line.startsWith("a=msid-semantic")), ...plain.flat()].join("\r\n") +
    "\r\n";
  return {
    sdp: text,
    video: chosen?.codec,
    videoFormat: chosen?.payload.format ?? "",
    hasAudio: sound !== undefined,
    hasData,
    messageBytesMax: longest,
    candidates: lines.filter((line) => line.startsWith("a=candidate:")).map((line) => line.slice(2)),
    feedback,
  };
}

function split(lines: readonly string[]): { head: string[]; sections: Section[] } {
  const starts = lines.flatMap((line, at) => line.startsWith("m=") ? [at] : []);
  const head = lines.slice(0, starts[0] ?? lines.length).filter((line) => line !== "");
  const sections = starts.map((from, index) => {
    const own = lines.slice(from, starts[index + 1] ?? lines.length).filter((line) => line !== "");
    const words = own[0]!.slice(2).split(" ");
    if (own.includes("a=bundle-only")) words[1] = DISCARD_PORT;
    return { kind: words[0]!, words, lines: [`m=${words.join(" ")}`, ...own.slice(1)] };
  });
  return { head, sections };
}

function checkSections(head: readonly string[], sections: readonly Section[]): void {
  if (sections.length === 0) throw bad("it has no section for media, wanted video or audio to receive");
  if (sections.length > SECTIONS_MAX) {
    throw bad(`it has ${sections.length} sections, wanted at most one each of video, audio and application`);
  }
  for (const { kind, words, lines } of sections) {
    if (!["video", "audio", "application"].includes(kind)) {
      throw bad(`it has a section ${JSON.stringify(kind.slice(0, 40))}, wanted video, audio or application`);
    }
    if (sections.filter((one) => one.kind === kind).length > 1) {
      throw bad(`it has several sections for ${kind}, wanted one`);
    }
    if (words.length < 4 || !/^\d{1,5}$/.test(words[1]!)) {
      throw bad(`its section for ${kind} has no port or formats, wanted m=${kind} PORT PROTOCOL FORMATS`);
    }
    if (kind !== "application" && !MEDIA_PROTOCOLS.has(words[2]!)) {
      throw bad(`its section for ${kind} has protocol ${words[2]!.slice(0, 40)}, wanted UDP/TLS/RTP/SAVPF`);
    }
    if (
      kind !== "application" && !words.slice(3).every((type) => /^\d{1,3}$/.test(type) && Number(type) < 128)
    ) {
      throw bad(`its section for ${kind} has a format that is no number, wanted payload types from 0 to 127`);
    }
    for (const [name, form] of Object.entries(CREDENTIALS)) {
      const named = [...head, ...lines].filter((line) => line.startsWith(`a=${name}:`));
      if (named.length === 0) throw bad(`it has no a=${name}, wanted one`);
      if (!named.every((line) => form.test(line))) {
        throw bad(`its a=${name} is malformed, wanted one as RFC 8839 and 8122 write it`);
      }
    }
    if (!lines.some((line) => /^a=mid:[\w-]{1,16}$/.test(line))) {
      throw bad(`its section for ${kind} has no a=mid, wanted one`);
    }
  }
}

/** 0 means any length (RFC 8841, section 6); ours are short. */
function messageBytes(sections: readonly Section[]): number {
  const lines = sections.find(({ kind }) => kind === "application")?.lines ?? [];
  const [line] = lines.filter((line) => line.startsWith("a=max-message-size:"));
  const bytes = Number(/:(\d{1,10})$/.exec(line ?? "")?.[1] ?? 0);
  return bytes === 0 ? MESSAGE_BYTES : bytes;
}

function isReceiving({ words, lines }: Section): boolean {
  return words[1] !== "0" && !lines.includes("a=sendonly") && !lines.includes("a=inactive");
}

function payloadsOf({ words, lines }: Section): Payload[] {
  const payloads = new Map(
    words.slice(3).map((type): [string, Payload] => [type, { type, codec: "", format: "", feedback: [] }]),
  );
  for (const line of lines) {
    const [, name, type, value] = /^a=(rtpmap|fmtp|rtcp-fb):(\d{1,3}|\*) (.*)$/.exec(line) ?? [];
    const meant = type === "*" ? [...payloads.values()] : [payloads.get(type ?? "")];
    for (const payload of meant) {
      if (payload === undefined) continue;
      if (name === "rtpmap") payload.codec = value!.toLowerCase();
      if (name === "fmtp") payload.format = value!;
      if (name === "rtcp-fb") payload.feedback.push(value!.trim());
    }
  }
  return [...payloads.values()];
}

interface Choice {
  readonly codec: VideoCodec;
  readonly payload: Payload & { readonly repair?: Payload };
}

/** H.264 costs a third of VP8 here, so it is taken wherever it is offered. */
function chooseVideo(payloads: readonly Payload[]): Choice | undefined {
  const repairOf = ({ type }: Payload) =>
    payloads.find(({ codec, format }) => codec === "rtx/90000" && format.trim() === `apt=${type}`);
  const choice = (codec: VideoCodec, payload: Payload | undefined): Choice | undefined => {
    if (payload === undefined) return undefined;
    const repair = repairOf(payload);
    return { codec, payload: repair === undefined ? payload : { ...payload, repair } };
  };
  return choice("h264", payloads.find(isBaseline)) ??
    choice("vp8", payloads.find(({ codec }) => codec === "vp8/90000"));
}

/** Baseline or constrained baseline, in fragments: RFC 6184, section 8.1. */
function isBaseline({ codec, format }: Payload): boolean {
  return codec === "h264/90000" && /(^|;)\s*packetization-mode=1\b/.test(format) &&
    /(^|;)\s*profile-level-id=42[0-9a-f]{4}\b/i.test(format);
}

function chooseAudio(payloads: readonly Payload[]): Payload | undefined {
  return payloads.find(({ codec }) => codec === "opus/48000/2");
}

function feedbackOf(payload: Payload | undefined): PlainOffer["feedback"] {
  if (payload?.feedback.includes("goog-remb")) return "remb";
  return payload?.feedback.includes("transport-cc") ? "transport" : "none";
}

function keptLines({ lines }: Section): string[] {
  return [lines[0]!, ...lines.filter((line) => line.startsWith("c=") || KEPT.test(line))];
}

/** Says one length, and says it so that everybody reads the same. */
function dataSection(section: Section, messageBytesMax: number): string[] {
  const kept = keptLines(section).filter((line) => !line.startsWith("a=max-message-size"));
  return [...kept, `a=max-message-size:${messageBytesMax}`];
}

/** What cannot be played is answered with port 0 when it comes so. */
function refused(section: Section): string[] {
  const [kind, , protocol, ...formats] = section.words;
  const [, ...kept] = keptLines(section);
  const maps = section.lines.filter((line) => line.startsWith(`a=rtpmap:${formats[0]} `));
  return [`m=${kind} 0 ${protocol} ${formats[0]}`, ...kept, ...maps];
}

function reduced(
  section: Section,
  payload: Payload & { readonly repair?: Payload },
  feedback: PlainOffer["feedback"],
): string[] {
  const [kind, port, protocol] = section.words;
  const [, ...kept] = keptLines(section);
  const all = payload.repair === undefined ? [payload] : [payload, payload.repair];
  const rate = feedback === "remb" ? "goog-remb" : feedback === "transport" ? "transport-cc" : undefined;
  const extensions = feedback === "transport"
    ? [EXTENSIONS.mid, EXTENSIONS.transport]
    : [EXTENSIONS.mid, EXTENSIONS.sendTime];
  return [
    `m=${kind} ${port} ${protocol} ${all.map(({ type }) => type).join(" ")}`,
    ...kept,
    ...section.lines.filter((line) => {
      const [, uri] = /^a=extmap:(?:[1-9]|1[0-4]) (\S+)$/.exec(line) ?? [];
      return uri !== undefined && extensions.includes(uri);
    }),
    ...all.flatMap(({ type, codec, format, feedback: offered }) => [
      `a=rtpmap:${type} ${named(codec)}`,
      ...(format === "" ? [] : [`a=fmtp:${type} ${format}`]),
      ...[...new Set(offered)].filter((one) => FEEDBACK.has(one) || one === rate).map((one) =>
        `a=rtcp-fb:${type} ${one}`
      ),
    ]),
  ];
}

/** As the standards write it: some readers mind. */
function named(codec: string): string {
  return { "h264/90000": "H264/90000", "vp8/90000": "VP8/90000" }[codec] ?? codec;
}

function bad(what: string): InputFault {
  return new InputFault(`the offer cannot be read: ${what}`, { code: "bad_offer" });
}

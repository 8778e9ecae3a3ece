/**
 * Lets the avatar speak with a person's own voice: the microphone's samples go to the programme as they come. In: start() from a
 * click. Out: an utterance of the programme, ended by stop(). A socket that does not take them in time loses samples
 * instead of growing late.
 */
/// <reference lib="dom" />
import { word } from "./words.ts";

/** Enough for speech, and what pages of this kind ask for. */
const RATE_HZ = 24_000;
const CONSTRAINTS: MediaTrackConstraints = {
  sampleRate: RATE_HZ,
  channelCount: 1,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};
/** Served beside the page. */
const TAP_URL = "/microphone_tap.js";
const UNSENT_BYTES_MAX = 96_000;

export class Microphone {
  readonly #onEnd: () => void;
  #stop: (() => void) | undefined;

  /** `onEnd`: it was stopped, or the programme hung up. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  get isOn(): boolean {
    return this.#stop !== undefined;
  }

  /** Resolves with the utterance. Rejects where there is no microphone, a person says no, or the queue is full. */
  async start(): Promise<number> {
    const stream = await opened();
    const context = new AudioContext({ sampleRate: RATE_HZ });
    const scheme = location.protocol.replace("http", "ws");
    const socket = new WebSocket(`${scheme}//${location.host}/v1/say/pcm?rate=${RATE_HZ}&format=s16le`);
    let isOver = false;
    const stop = () => {
      if (isOver) return;
      isOver = true;
      this.#stop = undefined;
      for (const track of stream.getTracks()) track.stop();
      context.close().catch(() => {}); // closed already
      socket.close(1000);
      this.#onEnd();
    };
    this.#stop = stop;
    const taken = Promise.withResolvers<number>(); // listened for at once: the answer may come before the worklet is there
    socket.addEventListener("message", ({ data }) => taken.resolve(JSON.parse(data).utterance));
    socket.addEventListener("close", ({ reason }) => {
      taken.reject(new Error(reason || word("noAnswer")));
      stop();
    });
    try {
      const [utterance] = await Promise.all([taken.promise, context.audioWorklet.addModule(TAP_URL)]);
      const tap = new AudioWorkletNode(context, "microphone-tap", { numberOfOutputs: 0 });
      tap.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
        if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < UNSENT_BYTES_MAX) {
          socket.send(data);
        }
      };
      context.createMediaStreamSource(stream).connect(tap);
      return utterance;
    } catch (error) {
      stop();
      throw error;
    }
  }

  stop(): void {
    this.#stop?.();
  }
}

async function opened(): Promise<MediaStream> {
  // a browser has it only on pages of this computer and over TLS
  if (navigator.mediaDevices === undefined) throw new Error(word("microphoneShut"));
  return await navigator.mediaDevices.getUserMedia({ audio: CONSTRAINTS }).catch((error) => {
    const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
    throw new Error(word(isRefused ? "microphoneRefused" : "microphoneNone"));
  });
}

/**
 * Lets the avatar speak with a person's own voice: the microphone's samples go to the programme as they come. In: start() from a
 * click. Out: an utterance of the programme, ended by stop(). A socket that does not take them in time loses samples
 * instead of growing late. Off, starting (a browser may ask for leave, which takes as long as a person takes), on: one
 * microphone at most, and one that was stopped while it started opens nothing.
 */
/// <reference lib="dom" />
import { word } from "./words.ts";

export type MicrophoneState = "off" | "starting" | "on";

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
  readonly #onState: (state: MicrophoneState) => void;
  #state: MicrophoneState = "off";
  /** Aborted when it is over; undefined while it is off. */
  #turn: AbortController | undefined;

  /** `onState`: another one. "off" also where the programme hung up. */
  constructor(onState: (state: MicrophoneState) => void) {
    this.#onState = onState;
  }

  get state(): MicrophoneState {
    return this.#state;
  }

  /**
   * Resolves when it is on, or was stopped before; does nothing where it is not off. Rejects where there is no microphone,
   * a person says no, or the queue is full.
   */
  async start(): Promise<void> {
    if (this.#turn !== undefined) return;
    const turn = this.#turn = new AbortController();
    this.#become("starting");
    try {
      await open(turn.signal, () => this.#end(turn));
      if (!turn.signal.aborted) this.#become("on");
    } catch (error) {
      if (turn.signal.aborted && error === turn.signal.reason) return; // that is what was wished
      this.#end(turn);
      throw error;
    }
  }

  stop(): void {
    if (this.#turn !== undefined) this.#end(this.#turn);
  }

  #end(turn: AbortController): void {
    if (turn !== this.#turn) return;
    this.#turn = undefined;
    turn.abort();
    this.#become("off");
  }

  #become(state: MicrophoneState): void {
    this.#state = state;
    this.#onState(state);
  }
}

/** Resolves when samples flow; all is closed again when `signal` aborts, which is also what it rejects with then. */
async function open(signal: AbortSignal, onHangUp: () => void): Promise<void> {
  const whenOver = (close: () => void) => {
    if (signal.aborted) close();
    else signal.addEventListener("abort", close, { once: true });
  };
  const stream = await lent().catch((error) => {
    signal.throwIfAborted(); // nobody waits for it any more
    throw error;
  });
  whenOver(() => stream.getTracks().forEach((track) => track.stop()));
  signal.throwIfAborted();
  const context = new AudioContext({ sampleRate: RATE_HZ });
  whenOver(() => void context.close().catch(() => {})); // closed already
  const scheme = location.protocol.replace("http", "ws");
  const socket = new WebSocket(`${scheme}//${location.host}/v1/say/pcm?rate=${RATE_HZ}&format=s16le`);
  whenOver(() => socket.close(1000));
  const taken = Promise.withResolvers<void>(); // listened for at once: the answer may come before the worklet is there
  whenOver(() => taken.reject(signal.reason));
  socket.addEventListener("message", () => taken.resolve());
  socket.addEventListener("close", ({ reason }) => {
    taken.reject(new Error(reason || word("noAnswer")));
    onHangUp();
  });
  await Promise.all([taken.promise, context.audioWorklet.addModule(TAP_URL)]);
  signal.throwIfAborted();
  const tap = new AudioWorkletNode(context, "microphone-tap", { numberOfOutputs: 0 });
  tap.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < UNSENT_BYTES_MAX) {
      socket.send(data);
    }
  };
  context.createMediaStreamSource(stream).connect(tap);
}

async function lent(): Promise<MediaStream> {
  // a browser has it only on pages of this computer and over TLS
  if (navigator.mediaDevices === undefined) throw new Error(word("microphoneShut"));
  return await navigator.mediaDevices.getUserMedia({ audio: CONSTRAINTS }).catch((error) => {
    const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
    throw new Error(word(isRefused ? "microphoneRefused" : "microphoneNone"));
  });
}

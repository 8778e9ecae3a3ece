/**
 * The button "Talk". In: presses: the first lends the microphone, the next ends it or calls it off. Out: speech; the page is
 * mute meanwhile, for nobody can speak while hearing himself a little later, and afterwards as it was.
 */
import { Microphone, type MicrophoneState } from "./microphone.ts";

export interface TalkOptions {
  /** What is heard of the programme. */
  readonly view: { readonly isMuted: boolean; mute(isMuted: boolean): void };
  readonly show: (state: MicrophoneState) => void;
}

export class Talk {
  readonly #options: TalkOptions;
  readonly #microphone = new Microphone((state) => this.#changed(state));
  #wasMuted = false;

  constructor(options: TalkOptions) {
    this.#options = options;
  }

  /** Resolves when it speaks, or is off again. Rejects with a line for a person. */
  async press(): Promise<void> {
    if (this.#microphone.state === "off") await this.#microphone.start();
    else this.#microphone.stop();
  }

  stop(): void {
    this.#microphone.stop();
  }

  #changed(state: MicrophoneState): void {
    const { view, show } = this.#options;
    if (state === "starting") {
      this.#wasMuted = view.isMuted;
      view.mute(true);
    }
    if (state === "off") view.mute(this.#wasMuted);
    show(state);
  }
}

/**
 * A shipped network, heard through the shipped path: log-mel, ONNX session, finish of the mouth.
 *
 * Answers two columns: what the face is given, and (with "raw") what the network said before MouthFinish.
 */
import {
  type EmitViseme,
  MOUTH_LENGTH,
  openModel,
  VisemeNetwork,
  VisemeTrack,
} from "../../src/lipsync/mod.ts";
import { Frames, largest } from "./frames.ts";
import type { Guesser } from "./guesser.ts";

export class NetworkMouth implements Guesser, Disposable {
  readonly about: string;
  readonly #network: VisemeNetwork;
  readonly #track: VisemeTrack;

  /** Throws InputFault `bad_model`. */
  static async open(name: string, folders?: readonly string[]): Promise<NetworkMouth> {
    const model = await openModel(name, folders);
    return new NetworkMouth(await VisemeNetwork.open(model));
  }

  private constructor(network: VisemeNetwork) {
    this.#network = network;
    this.#track = new VisemeTrack(network);
    this.about = `our network, ${network.manifest.lookAheadMs} ms of look-ahead, causal`;
  }

  get name(): string {
    return this.#network.manifest.name;
  }

  async guess(pcm: Float32Array, count: number): Promise<Readonly<Record<string, Frames>>> {
    const face = new Frames(Math.max(count, Math.ceil(pcm.length / 320)));
    const raw = new Frames(face.length);
    const keep: EmitViseme = ({ frame, visemes, raw: said, mouth }) => {
      face.visemes[frame] = raw.visemes[frame] = largest(visemes);
      face.mouths.set(mouth, frame * MOUTH_LENGTH);
      raw.mouths.set(said, frame * MOUTH_LENGTH);
    };
    this.#track.start();
    await this.#track.push(pcm, keep);
    await this.#track.finish(keep);
    return { [this.name]: face, [`${this.name} raw`]: raw };
  }

  [Symbol.dispose](): void {
    this.#network[Symbol.dispose]();
  }
}

/**
 * A rung of the ladder, ready to speak for one programme: a family's network, which others may use too, what it hears and
 * what it sees. Engine's process.
 */
import type { FeatureStream } from "../../../features/mod.ts";
import type { WalkedClip } from "../../../film/mod.ts";
import type { Family, MouthNetwork } from "../networks/mouth_network.ts";

/** What a network sees of the avatar's frames. */
export interface FaceSource extends Disposable {
  /** Values a frame, the network's `faceValues`. */
  readonly faceValues: number;
  /** Side of what is pasted; the network's own patch may be a part of it. */
  readonly patchSide: number;
  /** Writes the values of a frame of a clip to `into` from `at` on. */
  fill(clip: number, frame: number, into: Float32Array, at: number): void | Promise<void>;
  /** From the network's patch to what is pasted, patchSide squared RGB. */
  finish(clip: number, frame: number, patch: Uint8Array, into: Uint8Array): void | Promise<void>;
}

/** What the engine's walk needs to know of a clip. */
export interface WalkedFilm extends WalkedClip {
  readonly role: "idle" | "speaking" | "action";
  /** It brings a sound and its own mouth: nothing is rendered on it. */
  readonly hasSound: boolean;
}

/** What an avatar's folder is to one family. */
export interface FilmFaces {
  readonly faces: FaceSource;
  readonly clips: readonly WalkedFilm[];
}

export class Rung implements Disposable {
  #film: FilmFaces;

  readonly #owned: Disposable | undefined;

  /** Takes features and film over: disposing the rung disposes them, and what it owns beside them. */
  constructor(
    readonly features: FeatureStream,
    readonly network: MouthNetwork,
    film: FilmFaces,
    owned?: Disposable,
  ) {
    this.#film = film;
    this.#owned = owned;
  }

  get family(): Family {
    return this.network.family;
  }
  get faces(): FaceSource {
    return this.#film.faces;
  }
  get clips(): readonly WalkedFilm[] {
    return this.#film.clips;
  }

  /** Another avatar from now on. */
  show(film: FilmFaces): void {
    this.#film.faces[Symbol.dispose]();
    this.#film = film;
  }

  [Symbol.dispose](): void {
    this.#film.faces[Symbol.dispose]();
    this.features[Symbol.dispose]();
    this.#owned?.[Symbol.dispose]();
  }
}

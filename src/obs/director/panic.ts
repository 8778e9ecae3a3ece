/**
 * Panic: one scene for as long as it lasts, then the one before. In: on and off, the scenes that others ask for meanwhile, a
 * person's own hand. Out: which scene to go to. No requests of its own.
 */
import type { View } from "./wants.ts";

export class Panic {
  /** In the order in which they are tried. */
  readonly #scenes: readonly string[];
  #isOn = false;
  #before: string | undefined;

  /** `choice` "camera": the real camera's scene, else the other; never the camera unasked. */
  constructor(choice: "brb" | "camera", scenes: { readonly brb: string; readonly camera: string }) {
    this.#scenes = choice === "camera" ? [scenes.camera, scenes.brb] : [scenes.brb];
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Begins; answers the scene to go to. `before`: where to return to, undefined where nobody knows. */
  begin(before: string | undefined, view: View | undefined): string {
    this.#isOn = true;
    this.#before = before;
    const there = this.#scenes.find((scene) => view?.inventory.scenes.has(view.names.source(scene)));
    return there ?? this.#scenes[0]!;
  }

  /** Ends; answers the scene to return to, undefined where a person went elsewhere meanwhile. */
  end(): string | undefined {
    this.#isOn = false;
    return this.#before;
  }

  /** A rule or a cue asks for a scene: it comes when panic is over. */
  divert(scene: string): void {
    this.#before = scene;
  }

  /** A person chose a scene in OBS: nothing is to be returned to. */
  personChose(): void {
    this.#before = undefined;
  }
}

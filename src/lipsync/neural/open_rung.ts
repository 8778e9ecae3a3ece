/**
 * From a family's name, a model folder and an avatar's folder to a rung that can speak. Engine's process, or `render`'s.
 */
import type { EngineProcessOrder } from "./messages.ts";
import type { Family, MouthNetwork } from "./mouth_network.ts";
import type { FilmFaces, Rung } from "./rung.ts";

export function openRung(_family: Family, _order: EngineProcessOrder): Promise<Rung> {
  throw new Error("not yet");
}
export function openFilmFaces(_network: MouthNetwork, _folder: string): Promise<FilmFaces> {
  throw new Error("not yet");
}

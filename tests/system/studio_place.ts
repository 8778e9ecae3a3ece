/** What every step of the studio's test works on, and the waits that they share. */
import type { Page } from "playwright-core";
import type { ObsServer } from "../fakes/obs_server.ts";
import { type Room, until } from "./live_process.ts";
import type { Programme, State } from "./studio_page.ts";

export interface Place {
  readonly programme: Programme;
  readonly page: Page;
  readonly obs: ObsServer;
  readonly room: Room;
}

/** One thing that a person does on the page, and what the programme then is. */
export type Step = readonly [name: string, run: (place: Place) => Promise<void>];

/** The programme's state is as wanted. */
export async function stateIs(
  { programme }: Place,
  what: string,
  isWanted: (state: State) => boolean,
  msMax = 10_000,
): Promise<State> {
  return await until(what, msMax, async () => {
    const state = await programme.state();
    return isWanted(state) && state;
  }, 50);
}

/** Runs `deed`, then waits until one more utterance was taken. */
export async function takesOneMore(place: Place, deed: () => Promise<unknown>): Promise<void> {
  const { speech } = await place.programme.state();
  await deed();
  await stateIs(place, "one more utterance", (state) => state.speech.accepted === speech.accepted + 1);
}

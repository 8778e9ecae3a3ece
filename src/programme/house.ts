/**
 * The programmes of this process behind their doors: the shared one's, and one for each that a viewer has for itself.
 *
 * In: sessions by name. Out: what the API may ask of their programmes. Main thread. A viewer's door is made when it is first
 * asked for and shut when its session ends, before the programme closes: the streams behind it end at once, however
 * long the closing takes.
 */
import { isLoopback, type ProgrammeControl, type ProgrammeHouse } from "../control/mod.ts";
import type { Config, Log } from "../app/mod.ts";
import type { Programme } from "./programme.ts";
import { type DoorOptions, ProgrammeDoor } from "./programme_door.ts";
import { type OwnProgramme, WebRtcPart } from "./webrtc_part.ts";

export interface HouseOptions extends Pick<DoorOptions, "onStop" | "examine"> {
  readonly config: Config;
  readonly log: Log;
  /** Opens a programme for one viewer. Rejects with InputFault, CapacityFault. */
  readonly open: (avatar: string, signal: AbortSignal) => Promise<OwnProgramme>;
}

export class House implements ProgrammeHouse, AsyncDisposable {
  readonly webrtc: WebRtcPart;
  isReady = false;
  readonly #shared: ProgrammeDoor;
  /** Doors of viewers' own programmes that were asked for. */
  readonly #own = new Map<Programme, ProgrammeDoor>();
  readonly #doors: Omit<DoorOptions, "onStop">;

  /** Throws InputFault `bad_interface`. */
  constructor({ config, log, open, examine, onStop }: HouseOptions) {
    const isLocalOnly = isLoopback(config.host);
    this.webrtc = new WebRtcPart({
      ...{ config, log, isLocalOnly },
      open: async (avatar, signal) => this.#withDoor(await open(avatar, signal)),
    });
    this.#doors = { isLocalOnly, examine, previewGauges: () => this.webrtc.gauges() };
    this.#shared = new ProgrammeDoor({ ...this.#doors, onStop });
  }

  share(programme: Programme): void {
    this.#shared.open(programme);
    this.webrtc.share(programme);
    this.isReady = true;
  }

  of(session?: string): ProgrammeControl {
    const own = session === undefined ? undefined : this.webrtc.programmeOf(session);
    if (own === undefined) return this.#shared;
    const known = this.#own.get(own);
    if (known !== undefined) return known;
    const door = new ProgrammeDoor({ ...this.#doors, onStop: () => void this.webrtc.close(session!) });
    door.open(own);
    this.#own.set(own, door);
    return door;
  }

  /** No door is made once the programme is being closed: its session is forgotten before. */
  #withDoor(own: OwnProgramme): OwnProgramme {
    const { programme, died } = own;
    return {
      ...{ programme, died },
      [Symbol.asyncDispose]: async () => {
        const door = this.#own.get(programme);
        this.#own.delete(programme);
        try {
          await door?.[Symbol.asyncDispose]();
        } finally {
          await own[Symbol.asyncDispose]();
        }
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.webrtc[Symbol.asyncDispose]();
    await this.#shared[Symbol.asyncDispose]();
  }
}

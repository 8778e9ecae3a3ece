/** The OBS panel: scenes and outputs as buttons, where OBS is steered. Asked every few seconds while it is looked at. */
/// <reference lib="dom" />
import { get, post } from "./api.ts";
import { ChipRow } from "./chip_row.ts";
import { element, tell } from "./dom.ts";
import { type Word, word } from "./words.ts";

interface ObsAnswer {
  readonly director?: {
    readonly state?: string;
    /** One line, "" while all is well. */
    readonly problem?: string;
    readonly scene?: string;
    readonly scenes?: readonly string[];
    readonly isRecording?: boolean;
    readonly isStreaming?: boolean;
    readonly isVirtualCameraOn?: boolean;
  };
}

/** A body of POST /v1/obs. */
type Order = Readonly<Record<string, string>>;

const OUTPUTS: readonly (readonly [
  order: string,
  label: Word,
  is: "isRecording" | "isStreaming" | "isVirtualCameraOn",
])[] = [
  ["record", "obsRecord", "isRecording"],
  ["stream", "obsStream", "isStreaming"],
  ["virtualCamera", "obsCamera", "isVirtualCameraOn"],
];

export class ObsPanel {
  readonly #scenes: ChipRow<Order>;
  readonly #outputs: ChipRow<Order>;

  /** `attempt` does it and tells what went wrong. */
  constructor(attempt: (deed: () => Promise<unknown>) => void) {
    const send = (order: Order) => attempt(() => post("/v1/obs", order).then(() => this.show()));
    this.#scenes = new ChipRow(element("scenes"), send);
    this.#outputs = new ChipRow(element("obs-outputs"), send);
  }

  async show(): Promise<void> {
    const { director = {} } = await get<ObsAnswer>("/v1/obs");
    const { state = "off", problem = "", scenes = [], scene } = director;
    const isOff = state === "off";
    element("obs-off").hidden = !isOff;
    element("obs-on").hidden = state !== "connected";
    tell(
      element("obs-state"),
      isOff ? "" : [word("obsState", { state }), problem].filter(Boolean).join(": "),
    );
    this.#scenes.show(
      scenes.map((name) => ({ name, label: name, isOn: name === scene, order: { scene: name } })),
    );
    this.#outputs.show(OUTPUTS.map(([name, label, is]) => {
      const isOn = director[is] === true;
      return { name, label: word(label), isOn, order: { [name]: isOn ? "stop" : "start" } };
    }));
  }
}

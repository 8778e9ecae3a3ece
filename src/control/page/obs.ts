/** The OBS panel: scenes and outputs as buttons, where OBS is steered. Asked every few seconds while it is looked at. */
/// <reference lib="dom" />
import { get, post } from "./api.ts";
import { element, make, press } from "./dom.ts";
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

const OUTPUTS: readonly (readonly [
  order: string,
  label: Word,
  is: "isRecording" | "isStreaming" | "isVirtualCameraOn",
])[] = [
  ["record", "obsRecord", "isRecording"],
  ["stream", "obsStream", "isStreaming"],
  ["virtualCamera", "obsCamera", "isVirtualCameraOn"],
];

/** What is shown already: buttons that stay keep the focus. */
let shown = "";

export async function showObs(attempt: (deed: () => Promise<unknown>) => void): Promise<void> {
  const { director = {} } = await get<ObsAnswer>("/v1/obs");
  const { state = "off", problem = "", scenes = [], scene } = director;
  const now = JSON.stringify([
    state,
    problem,
    scenes,
    scene,
    ...OUTPUTS.map(([, , is]) => director[is]),
    word("outputs"),
  ]);
  if (now === shown) return;
  shown = now;
  const isOff = state === "off";
  element("obs-off").hidden = !isOff;
  element("obs-on").hidden = state !== "connected";
  element("obs-state").textContent = isOff
    ? ""
    : [word("obsState", { state }), problem].filter(Boolean).join(": ");
  const again = (order: object) => attempt(() => post("/v1/obs", order).then(() => showObs(attempt)));
  const chip = (label: string, isOn: boolean, order: object) => {
    const button = make("button", { type: "button", className: "chip", textContent: label });
    press(button, isOn);
    button.addEventListener("click", () => again(order));
    return button;
  };
  element("scenes").replaceChildren(...scenes.map((name) => chip(name, name === scene, { scene: name })));
  element("obs-outputs").replaceChildren(
    ...OUTPUTS.map(([order, label, is]) => {
      const isOn = director[is] === true;
      return chip(word(label), isOn, { [order]: isOn ? "stop" : "start" });
    }),
  );
}

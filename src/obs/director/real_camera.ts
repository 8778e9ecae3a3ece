/**
 * The real camera of the camera scene. In: a camera source without a device. Out: the first device that is neither ours
 * nor OBS's own, chosen in it, or a line that there is none. OBS itself lists them, so it works for a far OBS too.
 */
import type { Obs } from "./line.ts";
import { done } from "./source.ts";

/** The setting that holds the device, by the kind of source. */
const DEVICE_SETTINGS: Readonly<Record<string, string>> = {
  v4l2_input: "device_id",
  dshow_input: "video_device_id",
  "macos-avcapture": "device",
  av_capture_input: "device",
};
const NOT_REAL = /lipcam|\bOBS\b|loopback|dummy/i;

/** Answers the lines for a person. */
export async function noteCamera(obs: Obs, inputName: string, kind: string): Promise<string[]> {
  const propertyName = DEVICE_SETTINGS[kind];
  if (propertyName === undefined) return [];
  const listed = await obs.ask("GetInputPropertiesListPropertyItems", { inputName, propertyName });
  const items = listed.isDone ? listed.data.propertyItems : [];
  const device = items.find(({ itemName, itemValue, itemEnabled }) =>
    itemEnabled !== false && typeof itemValue === "string" && itemValue !== "" &&
    !NOT_REAL.test(String(itemName))
  );
  if (device === undefined) {
    return [`OBS lists no real camera; choose one in the properties of "${inputName}" when it is there`];
  }
  const inputSettings = { [propertyName]: device.itemValue! };
  done(
    "SetInputSettings",
    await obs.ask("SetInputSettings", { inputName, inputSettings, overlay: true }),
  );
  return [`"${inputName}" shows ${device.itemName}`];
}

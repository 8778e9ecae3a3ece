/** Recording: the button that begins and ends one, and the list of those that were made. */
/// <reference lib="dom" />
import { get, post } from "./api.ts";
import { element, make, press } from "./dom.ts";
import { word } from "./words.ts";

interface Recorded {
  readonly recording: string | null;
  readonly files: readonly { readonly id: string; readonly bytes: number }[];
}

export async function showRecordings(): Promise<void> {
  const { recording, files } = await get<Recorded>("/v1/record");
  const button = element("record");
  press(button, recording !== null);
  button.querySelector("[data-words]")!.textContent = word(recording === null ? "record" : "stopRecord");
  element("no-files").hidden = files.length > 0;
  element("files").replaceChildren(
    ...files.map(({ id, bytes }) => {
      const address = `/v1/record/${encodeURIComponent(id)}`;
      return make(
        "li",
        {},
        make("a", { href: address, target: "_blank", rel: "noopener", textContent: id }),
        make("span", { className: "quiet", textContent: `${(bytes / 1e6).toFixed(1)} MB` }),
        make("a", { href: address, download: id, className: "download", textContent: word("download") }),
      );
    }),
  );
}

export async function toggleRecording(): Promise<void> {
  const { recording } = await get<Recorded>("/v1/record");
  await post("/v1/record", { record: recording === null ? "start" : "stop" });
  await showRecordings();
}

/** Recording: the button that begins and ends one, how long it runs, and the list of those that were made. */
/// <reference lib="dom" />
import { get, post } from "./api.ts";
import { element, make, press } from "./dom.ts";
import { word } from "./words.ts";

interface Recorded {
  readonly recording: string | null;
  readonly files: readonly { readonly id: string; readonly bytes: number }[];
}

const LOOK_MS = 5000;

export class Recordings {
  #recording: string | null = null;
  #sinceMs = 0;
  #shown = "";

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.show().catch(() => {}); // the programme is away; the page says so
    }, LOOK_MS);
    setInterval(() => this.#showButton(), 1000);
  }

  async show(): Promise<void> {
    const { recording, files } = await get<Recorded>("/v1/record");
    if (recording !== this.#recording) this.#sinceMs = performance.now();
    this.#recording = recording;
    this.#showButton();
    const now = JSON.stringify([files, word("download")]);
    if (now === this.#shown) return; // what has the focus stays
    this.#shown = now;
    element("no-files").hidden = files.length > 0;
    element("files").replaceChildren(...files.map(({ id, bytes }) => {
      const address = `/v1/record/${encodeURIComponent(id)}`;
      const name = `${word("download")} ${id}`;
      const load = make("a", { href: address, download: id, className: "download" }, word("download"));
      load.setAttribute("aria-label", name);
      return make(
        "li",
        {},
        make("a", { href: address, target: "_blank", rel: "noopener", textContent: whenOf(id) }),
        make("span", { className: "quiet", textContent: `${kindOf(id)}, ${sizeOf(bytes)}` }),
        load,
      );
    }));
  }

  async toggle(): Promise<void> {
    const { recording } = await get<Recorded>("/v1/record"); // another page may have begun one
    const format = element<HTMLSelectElement>("record-format").value;
    await post("/v1/record", recording === null ? { record: "start", format } : { record: "stop" });
    await this.show();
  }

  #showButton(): void {
    const button = element("record");
    const isOn = this.#recording !== null;
    press(button, isOn);
    button.querySelector("[data-words]")!.textContent = word(isOn ? "stopRecord" : "record");
    const seconds = Math.floor((performance.now() - this.#sinceMs) / 1000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    element("record-time").textContent = isOn ? time : "";
  }
}

/** The name begins with the time in UTC: 20261126-104501. */
function whenOf(id: string): string {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(id) ?? [];
  if (second === undefined) return id;
  const when = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return when.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
}

function kindOf(id: string): string {
  return id.endsWith(".webm") ? "WebM" : "MP4";
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

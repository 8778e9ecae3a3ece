/** Recording: the button that begins and ends one, how long it runs, and the list of those that were made. */
/// <reference lib="dom" />
import { get, post, type ProgrammeState, Refusal } from "./api.ts";
import { element, make, press } from "./dom.ts";
import { RunningTime } from "./running_time.ts";
import { WishedSwitch } from "./wished_switch.ts";
import { word } from "./words.ts";

interface Recorded {
  readonly recording: string | null;
  readonly files: readonly { readonly id: string; readonly bytes: number }[];
}

const LOOK_MS = 5000;
/** What the programme says where it is as wished already, by another page or a program. */
const AS_WISHED: readonly string[] = ["recording", "not_recording"];

export class Recordings {
  readonly #switch = new WishedSwitch((isOn) => this.#order(isOn), () => this.#showButton());
  readonly #time = new RunningTime();
  #recording: string | null = null;
  #shown = "";

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.show().catch(() => {}); // the programme is away; the page says so
    }, LOOK_MS);
    setInterval(() => this.#showButton(), 1000);
  }

  async show(): Promise<void> {
    const { recording, files } = await get<Recorded>("/v1/record");
    if (recording !== this.#recording) this.#time.end(); // of another one it is not known yet
    this.#recording = recording;
    this.#switch.hear(recording !== null);
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

  /** The programme's state tells how long the file is by now. */
  hear({ path = "", frames }: NonNullable<ProgrammeState["recording"]>, fps: number): void {
    const isIt = this.#recording !== null && path.endsWith(this.#recording);
    if (isIt && frames !== undefined) this.#time.hear(frames / fps * 1000);
  }

  /** Begins one or ends it, whichever the button shows. */
  async press(): Promise<void> {
    await this.#switch.press();
    await this.show();
  }

  async #order(isOn: boolean): Promise<boolean> {
    const format = element<HTMLSelectElement>("record-format").value;
    try {
      const { id } = await post<{ id: string }>(
        "/v1/record",
        isOn ? { record: "start", format } : { record: "stop" },
      );
      this.#recording = isOn ? id : null;
      if (isOn) this.#time.begin();
    } catch (error) {
      if (!(error instanceof Refusal && AS_WISHED.includes(error.code))) throw error;
    }
    return isOn;
  }

  #showButton(): void {
    const button = element("record");
    const { isOn } = this.#switch;
    press(button, isOn);
    button.querySelector("[data-words]")!.textContent = word(isOn ? "stopRecord" : "record");
    element("record-time").textContent = isOn ? this.#time.text : "";
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

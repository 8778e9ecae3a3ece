/** What was said, newest first, with how it went. Lives as long as the page; at most 50 lines. */

const LINES_MAX = 50;
const ENDS = { completed: "said", interrupted: "interrupted", failed: "failed" };

export class History {
  #list;
  #placeholder;
  #say;
  #lines = [];
  #recalled = -1;
  /** How utterances go that are not in the list: their events may come before the answer that they were queued. */
  #heard = new Map();

  /** `say` is called with the text of a line that is clicked. */
  constructor(/** @type {HTMLElement} */ list, /** @type {HTMLElement} */ placeholder, say) {
    this.#list = list;
    this.#placeholder = placeholder;
    this.#say = say;
  }

  add(utterance, text) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Say it again";
    const what = document.createElement("span");
    what.className = "what";
    what.textContent = text;
    const how = document.createElement("span");
    how.className = "how";
    button.append(what, how);
    button.addEventListener("click", () => this.#say(text));
    item.append(button);
    this.#list.prepend(item);
    this.#lines.unshift({ utterance, text, item, how });
    this.#mark(this.#lines[0], this.#heard.get(utterance) ?? "queued");
    this.#lines.splice(LINES_MAX).forEach((line) => line.item.remove());
    this.#recalled = -1;
    this.#placeholder.hidden = true;
  }

  hear(event) {
    let how;
    if (event.kind === "utterance_start") how = "speaking";
    else if (event.kind === "utterance_end") how = ENDS[event.outcome ?? event.state] ?? "said";
    else return;
    this.#heard.set(event.utterance, how);
    if (this.#heard.size > LINES_MAX) this.#heard.delete(this.#heard.keys().next().value);
    const line = this.#lines.find((one) => one.utterance === event.utterance);
    if (line !== undefined) this.#mark(line, how);
  }

  /** The text `step` lines further back (1) or forth (-1); "" in front of the newest. */
  recall(step) {
    this.#recalled = Math.max(-1, Math.min(this.#lines.length - 1, this.#recalled + step));
    return this.#lines[this.#recalled]?.text ?? "";
  }

  #mark(line, how) {
    line.item.dataset.how = how;
    line.how.textContent = how;
  }
}

/**
 * The line under the picture: the segment being heard, its words lit one by one as they are played. In: speech events.
 * A word is looked for behind the last one, so that a word said twice lights twice.
 */
export class Subtitles {
  #line;
  #text = "";
  #at = 0;

  constructor(/** @type {HTMLElement} */ line) {
    this.#line = line;
  }

  hear(event) {
    if (event.kind === "segment") {
      this.#text = event.text ?? "";
      this.#at = 0;
      this.#show(0, 0);
    } else if (event.kind === "word") {
      const word = event.text ?? "";
      const from = this.#find(word);
      if (from < 0) return;
      this.#at = from + word.length;
      this.#show(from, this.#at);
    } else if (event.kind === "utterance_end") {
      this.#text = "";
      this.#show(0, 0);
    }
  }

  #find(word) {
    if (word === "") return -1;
    const exact = this.#text.indexOf(word, this.#at);
    return exact >= 0 ? exact : this.#text.toLowerCase().indexOf(word.toLowerCase(), this.#at);
  }

  #show(from, to) {
    const part = (name, text) => {
      const span = document.createElement("span");
      span.className = name;
      span.textContent = text;
      return span;
    };
    this.#line.replaceChildren(
      part("heard", this.#text.slice(0, from)),
      part("now", this.#text.slice(from, to)),
      part("coming", this.#text.slice(to)),
    );
  }
}

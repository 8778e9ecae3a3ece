/** The panel of who is shown and how: avatars with their pictures, expressions, actions. */
/// <reference lib="dom" />
import { get, post, type ProgrammeState } from "./api.ts";
import { element, make, press } from "./dom.ts";
import { word } from "./words.ts";

interface Avatar {
  readonly id: string;
  readonly name: string;
  readonly trouble?: string;
}
export class Look {
  /** Does it and tells what went wrong. */
  readonly #attempt: (deed: () => Promise<unknown>) => void;
  #shown = "";
  #expression = "";

  constructor(attempt: (deed: () => Promise<unknown>) => void) {
    this.#attempt = attempt;
  }

  async load(): Promise<void> {
    await Promise.all([this.loadAvatars(), this.#loadActs()]);
  }

  async loadAvatars(): Promise<void> {
    const { avatars, shown } = await get<{ avatars: Avatar[]; shown: string }>("/v1/avatars");
    element("avatars").replaceChildren(
      ...avatars.filter(({ trouble }) => trouble === undefined).map((avatar) => {
        const picture = make("img", {
          src: `/v1/avatars/${encodeURIComponent(avatar.id)}/thumbnail`,
          alt: "",
          width: 128,
          height: 72,
          loading: "lazy",
        });
        picture.addEventListener("error", () => picture.remove());
        const button = make(
          "button",
          { type: "button" },
          picture,
          make("span", { textContent: avatar.name }),
        );
        button.dataset["avatar"] = avatar.id;
        button.addEventListener(
          "click",
          () => this.#attempt(() => post("/v1/avatar", { avatar: avatar.id })),
        );
        return make("li", {}, button);
      }),
    );
    this.#mark(shown);
  }

  async #loadActs(): Promise<void> {
    const { expressions, actions } = await get<{ expressions: string[]; actions: string[] }>("/v1/act");
    const chip = (name: string, isToggle: boolean) => {
      const button = make("button", { type: "button", className: "chip", textContent: name });
      button.dataset["act"] = name;
      if (isToggle) press(button, false);
      button.addEventListener("click", () => this.#attempt(() => post("/v1/act", { name })));
      return button;
    };
    element("expressions").replaceChildren(...expressions.map((name) => chip(name, true)));
    element("acts").replaceChildren(...actions.map((name) => chip(name, false)));
    this.#expression = "";
  }

  show({ avatar = "", picture }: ProgrammeState): void {
    if (avatar !== this.#shown) {
      this.#mark(avatar);
      this.#attempt(() => this.#loadActs()); // another avatar has other actions
    }
    const expression = picture?.expression ?? "";
    if (expression === this.#expression) return;
    this.#expression = expression;
    for (const button of element("expressions").children) {
      press(button as HTMLElement, (button as HTMLElement).dataset["act"] === expression);
    }
  }

  #mark(shown: string): void {
    this.#shown = shown;
    for (const button of element("avatars").querySelectorAll<HTMLElement>("button")) {
      const isIt = button.dataset["avatar"] === shown;
      button.ariaCurrent = isIt ? "true" : null;
      button.title = isIt ? word("shown") : "";
    }
  }
}

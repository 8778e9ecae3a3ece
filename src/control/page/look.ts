/** The panel of who is shown and how: avatars with their pictures, expressions, actions. */
/// <reference lib="dom" />
import { actName } from "./act_names.ts";
import { get, post, type ProgrammeState, Refusal } from "./api.ts";
import { element, make, press } from "./dom.ts";
import { NewestWish } from "./newest_wish.ts";
import { word } from "./words.ts";

interface Avatar {
  readonly id: string;
  readonly name: string;
  readonly trouble?: string;
}

/** Another page, or a program, may be changing the avatar at this moment. */
const CHANGING_MS = 250;
const CHANGING_TRIES = 40;

export class Look {
  /** Does it and tells what went wrong. */
  readonly #attempt: (deed: () => Promise<unknown>) => void;
  #shown = "";
  #expression = "";
  #names: ReadonlyMap<string, string> = new Map();
  readonly #wish = new NewestWish((avatar) => this.#putOnStage(avatar), () => this.#mark(this.#shown));

  constructor(attempt: (deed: () => Promise<unknown>) => void) {
    this.#attempt = attempt;
  }

  async load(): Promise<void> {
    await Promise.all([this.loadAvatars(), this.#loadActs()]);
  }

  has(avatar: string): boolean {
    return this.#names.has(avatar);
  }

  async loadAvatars(): Promise<void> {
    const { avatars, shown } = await get<{ avatars: Avatar[]; shown: string }>("/v1/avatars");
    this.#names = new Map(avatars.map(({ id, name }) => [id, name]));
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
          () => this.#attempt(() => this.#wish.make(avatar.id)),
        );
        return make("li", {}, button);
      }),
    );
    this.#mark(shown);
  }

  async #putOnStage(avatar: string): Promise<void> {
    for (let tries = 1;; tries++) {
      try {
        await post("/v1/avatar", { avatar });
        if (avatar !== this.#shown) this.#changed(avatar);
        return;
      } catch (error) {
        const isChanging = error instanceof Refusal && error.code === "changing";
        if (!isChanging || tries === CHANGING_TRIES || this.#wish.pending !== avatar) throw error;
        await new Promise((resolve) => setTimeout(resolve, CHANGING_MS));
      }
    }
  }

  async #loadActs(): Promise<void> {
    const { expressions, actions } = await get<{ expressions: string[]; actions: string[] }>("/v1/act");
    const chip = (name: string, isToggle: boolean) => {
      const button = make("button", { type: "button", className: "chip", textContent: actName(name) });
      button.dataset["act"] = name;
      if (isToggle) press(button, false);
      button.addEventListener("click", () => this.#attempt(() => post("/v1/act", { name })));
      return button;
    };
    element("expressions").replaceChildren(...expressions.map((name) => chip(name, true)));
    element("acts").replaceChildren(...actions.map((name) => chip(name, false)));
    this.#expression = "";
  }

  /** In the language chosen now. */
  retell(): void {
    for (const button of document.querySelectorAll<HTMLElement>("[data-act]")) {
      button.textContent = actName(button.dataset["act"]!);
    }
    this.#mark(this.#shown);
  }

  show({ avatar = "", picture }: ProgrammeState): void {
    if (avatar !== this.#shown) this.#changed(avatar);
    const expression = picture?.expression ?? "";
    if (expression === this.#expression) return;
    this.#expression = expression;
    for (const button of element("expressions").children) {
      press(button as HTMLElement, (button as HTMLElement).dataset["act"] === expression);
    }
  }

  #changed(shown: string): void {
    this.#mark(shown);
    this.#attempt(() => this.#loadActs()); // another avatar has other actions
  }

  #mark(shown: string): void {
    this.#shown = shown;
    element("avatar").textContent = this.#names.get(shown) ?? shown;
    for (const button of element("avatars").querySelectorAll<HTMLElement>("button")) {
      const isIt = button.dataset["avatar"] === shown;
      button.ariaCurrent = isIt ? "true" : null;
      const isComing = button.dataset["avatar"] === this.#wish.pending;
      button.ariaBusy = isComing ? "true" : null;
      button.title = isComing ? word("coming") : isIt ? word("shown") : "";
    }
  }
}

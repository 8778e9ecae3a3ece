/** The doctor's look at this computer: what is wrong, what works all the same, and how to mend it, with lines to copy. */
/// <reference lib="dom" />
import { get, reason } from "./api.ts";
import { element, make } from "./dom.ts";
import { word } from "./words.ts";

interface Finding {
  readonly state: "ok" | "note" | "lacks";
  readonly says: string;
  readonly without?: string;
  readonly mend?: readonly string[];
}

/** Begins a line that explains; the others are to be typed. */
const EXPLAINS = "# ";

/** Never rejects: what went wrong is shown. */
export async function showFindings(): Promise<void> {
  const [line, list] = [element("examined"), element("findings")];
  const button = element<HTMLButtonElement>("examine");
  line.textContent = word("examining");
  button.disabled = true; // it takes a moment, and twice finds nothing new
  try {
    const { findings } = await get<{ findings: Finding[] }>("/v1/doctor");
    const wrong = findings.filter(({ state }) => state !== "ok");
    const missing = wrong.filter(({ state }) => state === "lacks").length;
    const count = word("problems", { missing, notes: wrong.length - missing });
    line.textContent = wrong.length === 0 ? word("allWell") : count;
    list.replaceChildren(...wrong.map(item));
    button.scrollIntoView({ block: "start" }); // what was found is below it
  } catch (error) {
    line.textContent = word("notDone", { why: reason(error) });
  }
  button.disabled = false;
}

function item({ state, says, without, mend = [] }: Finding): HTMLElement {
  const made = make("li", { className: state }, make("strong", { textContent: says }));
  if (without !== undefined) made.append(make("p", { textContent: word("worksWithout", { what: without }) }));
  const orders = mend.filter((line) => !line.startsWith(EXPLAINS));
  for (const line of mend.filter((one) => one.startsWith(EXPLAINS))) {
    made.append(make("p", { className: "quiet", textContent: line.slice(EXPLAINS.length) }));
  }
  if (orders.length > 0) {
    made.append(make("pre", { textContent: orders.join("\n") }), copier(orders.join("\n")));
  }
  return made;
}

function copier(text: string): HTMLElement {
  const copy = make("button", { type: "button", className: "copy", textContent: word("copy") });
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = word("copied");
    } catch {
      copy.textContent = word("copyFailed"); // the lines can be selected all the same
    }
  });
  return copy;
}

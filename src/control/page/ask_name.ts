/**
 * Asks what a new avatar shall be called, with its picture beside the question; what is wrong with a name is said below it.
 * One question at a time.
 */
/// <reference lib="dom" />
import { element } from "./dom.ts";
import { word } from "./words.ts";

const NAME_CHARS_MAX = 40;

/** `isTaken`: another avatar has it already. Undefined: it is not wanted. */
export async function askName(
  file: File,
  isTaken: (name: string) => boolean,
): Promise<string | undefined> {
  const dialog = element<HTMLDialogElement>("naming");
  const picture = element<HTMLImageElement>("naming-picture");
  const name = element<HTMLInputElement>("naming-name");
  if (dialog.open) return undefined;
  const address = file.type.startsWith("image/") ? URL.createObjectURL(file) : undefined;
  picture.hidden = address === undefined;
  if (address !== undefined) picture.src = address;
  name.value = freeName(nameOf(file), isTaken);
  const over = new AbortController();
  const { signal } = over;
  const check = () => showTrouble(name, isTaken);
  check();
  name.addEventListener("input", check, { signal });
  dialog.addEventListener("submit", (event) => {
    const isWanted = (event.submitter as HTMLButtonElement | null)?.value === "make";
    if (!isWanted || check()) return;
    event.preventDefault(); // it asks on
    name.focus();
  }, { signal });
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.returnValue = "";
  dialog.showModal();
  name.select();
  await closed;
  over.abort();
  if (address !== undefined) URL.revokeObjectURL(address);
  return dialog.returnValue === "make" ? name.value : undefined;
}

/** Answers whether the name is well. */
function showTrouble(name: HTMLInputElement, isTaken: (name: string) => boolean): boolean {
  name.setCustomValidity(""); // else that of before would count
  const trouble = !name.validity.valid ? word("avatarNameBad") : isTaken(name.value) ? word("nameTaken") : "";
  name.setCustomValidity(trouble);
  name.ariaInvalid = String(trouble !== "");
  element("naming-trouble").textContent = trouble;
  return trouble === "";
}

/** With a number behind it where there is one of that name: it would take the other's place. */
function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let number = 2; isTaken(free); number++) {
    const end = `-${number}`;
    free = name.slice(0, NAME_CHARS_MAX - end.length) + end;
  }
  return free;
}

/** The file's, as far as it can be an avatar's. */
function nameOf({ name }: File): string {
  const plain = name.replace(/\.[^.]*$/, "").normalize("NFD").toLowerCase();
  const words = plain.replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").slice(0, NAME_CHARS_MAX);
  return words.replace(/^-+|-+$/g, "") || "avatar";
}

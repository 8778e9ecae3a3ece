/** Asks what a new avatar shall be called, with its picture beside the question. One question at a time. */
/// <reference lib="dom" />
import { element } from "./dom.ts";

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
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.returnValue = "";
  dialog.showModal();
  name.select();
  await closed;
  if (address !== undefined) URL.revokeObjectURL(address);
  return dialog.returnValue === "make" ? name.value : undefined;
}

/** With a number behind it where there is one of that name: it would take the other's place. */
function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let number = 2; isTaken(free); number++) free = `${name}-${number}`;
  return free;
}

/** The file's, as far as it can be an avatar's. */
function nameOf({ name }: File): string {
  const plain = name.replace(/\.[^.]*$/, "").normalize("NFD").toLowerCase();
  const words = plain.replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").slice(0, NAME_CHARS_MAX);
  return words.replace(/^-+|-+$/g, "") || "avatar";
}

/** Asks what a new avatar shall be called, with its picture beside the question. One question at a time. */
/// <reference lib="dom" />
import { element } from "./dom.ts";

const NAME_CHARS_MAX = 40;

/** Undefined: it is not wanted. */
export async function askName(file: File): Promise<string | undefined> {
  const dialog = element<HTMLDialogElement>("naming");
  const picture = element<HTMLImageElement>("naming-picture");
  const name = element<HTMLInputElement>("naming-name");
  if (dialog.open) return undefined;
  const address = file.type.startsWith("image/") ? URL.createObjectURL(file) : undefined;
  picture.hidden = address === undefined;
  if (address !== undefined) picture.src = address;
  name.value = nameOf(file);
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.returnValue = "";
  dialog.showModal();
  name.select();
  await closed;
  if (address !== undefined) URL.revokeObjectURL(address);
  return dialog.returnValue === "make" ? name.value : undefined;
}

/** The file's, as far as it can be an avatar's. */
function nameOf({ name }: File): string {
  const plain = name.replace(/\.[^.]*$/, "").normalize("NFD").toLowerCase();
  const words = plain.replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").slice(0, NAME_CHARS_MAX);
  return words.replace(/^-+|-+$/g, "") || "avatar";
}

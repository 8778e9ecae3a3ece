/** What expressions and actions are called on the page. An avatar may have others, which keep the name it gave them. */
import { currentLanguage } from "./words.ts";

const VIETNAMESE: Readonly<Record<string, string>> = {
  neutral: "bình thường",
  happy: "vui",
  sad: "buồn",
  surprised: "ngạc nhiên",
  thinking: "suy nghĩ",
  nod: "gật đầu",
  shake: "lắc đầu",
  tilt: "nghiêng đầu",
  wink: "nháy mắt",
};

/** `name`: as the API and texts in brackets have it. */
export function actName(name: string): string {
  return currentLanguage() === "vi" ? VIETNAMESE[name] ?? name : name;
}

/** The page's words: every language has the same ones with the same gaps, and the page asks for none that is not there. */
import { assert, assertEquals } from "@std/assert";
import { ENGLISH } from "../../src/control/page/words_en.ts";
import { VIETNAMESE } from "../../src/control/page/words_vi.ts";

const PAGE = new URL("../../src/control/page/", import.meta.url);
const gaps = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

function sources(): string {
  const names = [...Deno.readDirSync(PAGE)].map(({ name }) => name);
  const read = names.filter((name) => /\.(ts|html)$/.test(name) && !name.startsWith("words_"));
  return read.map((name) => Deno.readTextFileSync(new URL(name, PAGE))).join("\n");
}

Deno.test("words: English and Vietnamese have the same keys, none of them empty", () => {
  assertEquals(Object.keys(VIETNAMESE).sort(), Object.keys(ENGLISH).sort());
  for (const [key, text] of [...Object.entries(ENGLISH), ...Object.entries(VIETNAMESE)]) {
    assert(text.trim() !== "", key);
  }
});

Deno.test("words: what is filled in is the same in both languages", () => {
  for (const [key, text] of Object.entries(VIETNAMESE)) {
    assertEquals(gaps(text), gaps(ENGLISH[key as keyof typeof ENGLISH]), key);
  }
});

Deno.test("words: Vietnamese is no copy of English", () => {
  const same = Object.entries(VIETNAMESE).filter(([key, text]) =>
    text === ENGLISH[key as keyof typeof ENGLISH]
  );
  assertEquals(same.map(([key]) => key).filter((key) => !["obs", "obsState", "panels"].includes(key)), []);
});

Deno.test("words: the page names only words that there are, and each is used", () => {
  const text = sources();
  const named = [...text.matchAll(/data-(?:words|label|title|placeholder)="(\w+)"/g)].map(([, key]) => key!);
  assert(named.length > 40);
  assertEquals(named.filter((key) => !(key in ENGLISH)), []);
  const unused = Object.keys(ENGLISH).filter((key) => !new RegExp(`["' ]${key}["'),]`).test(text));
  assertEquals(unused, []);
});

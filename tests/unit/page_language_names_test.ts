/** Voices by language: the codes of espeak-ng's voices become languages that a person knows. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { baseLanguage, languageName } from "../../src/control/page/language_names.ts";
import { currentLanguage, word } from "../../src/control/page/words.ts";

Deno.test("language names: dialects belong to their language", () => {
  for (
    const [codes, base] of [
      ["vi-vn-x-south", "vi"],
      ["ca-va", "ca"],
      ["ru-cl", "ru"],
      ["hr,hbs", "hr"],
      ["hyw,hy-arevmda,hy", "hy"],
      ["hy,hy-arevela", "hy"],
      ["chr-US-Qaaa-x-west", "chr"],
      ["yue,zh-yue,zh", "zh"],
      ["", ""],
    ]
  ) {
    assertEquals(baseLanguage(codes!.split(",")), base, codes!);
  }
  assertEquals(baseLanguage([]), "");
});

Deno.test("language names: the browser's, else ours, else the voice's own without what sets it apart", () => {
  const known = new Intl.DisplayNames(currentLanguage(), { type: "language" });
  assertEquals(languageName("vi", "Vietnamese (Southern)"), known.of("vi")!);
  assertNotEquals(languageName("grc", "Greek (Ancient)"), known.of("el")!);
  for (
    const [base, voice, name] of [
      ["qdb", "Lang Belta", "Lang Belta"],
      ["piqd", "Klingon", "Klingon"],
      ["qzz", "Somewhere (North)", "Somewhere"],
      ["qzz", "", "qzz"],
    ]
  ) {
    assertEquals(languageName(base!, voice!), word("languageCalled", { name: name! }), base!);
  }
});

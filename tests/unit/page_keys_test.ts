/** The page's shortcuts: a key that is held down is one press. */
import { assertEquals } from "@std/assert";
import { listen } from "../../src/control/page/keys.ts";

/** The document as far as listen() knows it. */
class Document extends EventTarget {
  readonly #elements = new EventTarget();

  getElementById(): EventTarget {
    return this.#elements;
  }
  querySelector(): null {
    return null;
  }
}

/** Something that letters can be typed into. */
class Box extends EventTarget {
  matches(): boolean {
    return true;
  }
}

function press(document: Document, key: string, isRepeat: boolean, target?: Box): boolean {
  const event = new Event("keydown", { cancelable: true });
  Object.assign(event, { key, repeat: isRepeat });
  if (target !== undefined) Object.defineProperty(event, "target", { value: target });
  return !document.dispatchEvent(event);
}

function listening(): { readonly document: Document; readonly runs: string[] } {
  const document = new Document();
  const runs: string[] = [];
  Object.assign(globalThis, { document, Element: Box });
  listen([
    { key: "Escape", label: "interrupt", run: () => runs.push("Escape") },
    { key: "p", label: "panic", run: () => runs.push("p") },
    { key: "s", label: "keyBox", run: () => runs.push("s") },
  ], () => true);
  return { document, runs };
}

Deno.test("keys: a key that is held down does what it does once, Escape too; pressed again it does it again", () => {
  const { document, runs } = listening();
  for (const key of ["p", "Escape"]) {
    for (let repeats = 0; repeats <= 30; repeats++) press(document, key, repeats > 0);
    press(document, key, false);
  }
  assertEquals(runs, ["p", "p", "Escape", "Escape"]);
});

Deno.test("keys: the key that brought the focus to the box types nothing there while it is still held", () => {
  const { document, runs } = listening();
  const box = new Box();
  press(document, "s", false);
  assertEquals([press(document, "s", true, box), runs], [true, ["s"]]);
  assertEquals(press(document, "s", false, box), false, "typed");
  assertEquals(press(document, "s", true, box), false, "held down to be typed often");
});

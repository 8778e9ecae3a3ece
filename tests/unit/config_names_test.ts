import { assertEquals } from "@std/assert";
import { ConfigSchema } from "../../src/app/mod.ts";
import { EXPRESSIONS, FRAMINGS } from "../../src/avatar/mod.ts";
import { ENGINE_KINDS, FAMILIES } from "../../src/lipsync/mod.ts";

Deno.test("the configuration knows the engines, framings and expressions that there are, and no others", () => {
  const { engine, framing, expression } = ConfigSchema.shape;
  assertEquals(engine.def.innerType.options as readonly string[], ["auto", ...FAMILIES, ...ENGINE_KINDS]);
  assertEquals(framing.def.innerType.options as readonly string[], FRAMINGS);
  assertEquals(expression.def.innerType.options as readonly string[], EXPRESSIONS);
});

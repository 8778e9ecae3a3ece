/** Made-up values that a JSON schema allows, for property tests: as much of the language as our API's description uses. */
import fc from "fast-check";
import type { JsonSchema } from "./api_checker.ts";

export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const any = (schema["anyOf"] ?? schema["oneOf"]) as JsonSchema[] | undefined;
  if (any !== undefined) return fc.oneof(...any.map(valuesOf));
  if ("const" in schema) return fc.constant(schema["const"]);
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...schema["enum"]);
  const number = (name: string, otherwise: number) => (schema[name] as number | undefined) ?? otherwise;
  switch (schema["type"]) {
    case "object":
      return objectsOf(schema);
    case "array":
      return fc.array(valuesOf((schema["items"] ?? {}) as JsonSchema), { maxLength: 4 });
    case "string": {
      const pattern = schema["pattern"] as string | undefined;
      if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern), { maxLength: 60 });
      const [minLength, maxLength] = [number("minLength", 0), Math.min(80, number("maxLength", 80))];
      return fc.string({ minLength, maxLength, unit: "grapheme" }).filter((text) =>
        text.length >= minLength && text.length <= maxLength
      );
    }
    case "integer":
      return fc.integer({
        min: Math.max(-1e6, number("minimum", -1e6)),
        max: Math.min(1e6, number("maximum", 1e6)),
      });
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function objectsOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
  const required = (schema["required"] ?? []) as string[];
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, valuesOf(inner)]),
  );
  return fc.record(fields, { requiredKeys: required });
}

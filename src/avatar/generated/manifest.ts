/**
 * avatar.json of a generated avatar: a style of the library, a seed and what is not left to the seed. Checked once,
 * when the avatar is opened; whether the style knows the options is asked when it is loaded.
 */
import { z } from "zod";
import { colour, identity } from "../manifest_fields.ts";

export const SEED_LENGTH_MAX = 500;
const NAME = /^[A-Za-z0-9-]{1,40}$/;
const VALUES_MAX = 100;

const name = z.string().regex(NAME, "wanted a name of letters, digits and dashes");
const value = z.union([
  z.array(name).min(1).max(VALUES_MAX),
  z.number().int().min(0).max(100),
], "wanted a list of names, or a probability of 0 to 100");

export const generatedManifest = z.strictObject({
  ...identity,
  kind: z.literal("generated"),
  /** The style's name in the library, such as "open-peeps". */
  style: name,
  /** The same seed and options are always the same character. */
  seed: z.string().min(1).max(SEED_LENGTH_MAX),
  /** Names are the style's own, such as "hair" or "skinColor". */
  options: z.record(name, value).default({}),
  /** Behind the figure; without it a colour that belongs to the seed. */
  background: colour.optional(),
  /** Of clothes that we draw where the style draws none. */
  clothes: colour.optional(),
});

export type GeneratedManifest = z.infer<typeof generatedManifest>;

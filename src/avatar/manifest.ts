/** avatar.json: what an avatar's folder says about itself, by kind. Checked once, when the avatar is opened. */
import { z } from "zod";
import { drawnManifest } from "./drawn/manifest.ts";
import { generatedManifest } from "./generated/manifest.ts";
import { photoManifest } from "./photo/manifest.ts";
import { videoManifest } from "./video/manifest.ts";

/** Each kind of avatar adds its own shape; all of them begin with `identity` of manifest_fields.ts. */
export const avatarManifest = z.discriminatedUnion("kind", [
  drawnManifest,
  generatedManifest,
  photoManifest,
  videoManifest,
]);

export type AvatarManifest = z.infer<typeof avatarManifest>;
export type {
  BrowArt,
  BrowsArt,
  ChinArt,
  DrawnManifest,
  EyeArt,
  EyesArt,
  MouthArt,
} from "./drawn/manifest.ts";

/** The first thing wrong, in one line: where, and what is wanted. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const where = issue.path.join(".");
  return where === "" ? issue.message : `${where}: ${issue.message}`;
}

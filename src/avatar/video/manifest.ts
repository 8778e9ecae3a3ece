/**
 * avatar.json of a video avatar, as `prepare` and imports write it: its clips and the files that they are made of.
 * Checked once, when the avatar is opened; trusted inside.
 */
import { z } from "zod";
import { clip, CLIPS_MAX } from "../../film/mod.ts";
import { fileName, identity } from "../manifest_fields.ts";

const FILES_MAX = 8 * CLIPS_MAX;
const side = z.int().min(64).max(4096).multipleOf(2);

export const videoManifest = z.strictObject({
  ...identity,
  kind: z.literal("video"),
  /** Of every film, in pixels. */
  width: side,
  height: side,
  /** The first one is "idle". */
  clips: z.array(clip).min(1).max(CLIPS_MAX),
  /** Which MuseTalk the boxes and latents were made for. */
  musetalk: z.strictObject({ version: z.enum(["1.0", "1.5"]), model: z.string().max(80).optional() })
    .optional(),
  /** Everything in the folder but avatar.json and preview.png. */
  files: z.array(z.strictObject({
    name: fileName,
    bytes: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "wanted 64 hexadecimal digits"),
  })).min(1).max(FILES_MAX),
}).superRefine(({ clips }, context) => {
  const issue = (message: string) => context.addIssue({ code: "custom", path: ["clips"], message });
  if (clips[0]!.role !== "idle") issue('wanted a clip with the role "idle" first');
  if (new Set(clips.map(({ name }) => name)).size < clips.length) {
    issue("wanted a name of its own for each clip");
  }
  for (const role of ["idle", "speaking"] as const) {
    if (clips.filter((one) => one.role === role).length > 1) {
      issue(`wanted at most one clip with the role "${role}"`);
    }
  }
});

export type VideoManifest = z.infer<typeof videoManifest>;

/**
 * avatar.json of a photo avatar, as `prepare` writes it: the picture, the face's mesh in its pixels, and what lies
 * behind a figure that was cut out. Checked once, when the avatar is opened; trusted inside.
 */
import { z } from "zod";
import { colour, fileName, identity } from "../manifest_fields.ts";
import { MESH_POINTS } from "./mesh.ts";

/** Pixels a side of the prepared picture. */
export const PHOTO_SIDE_MAX = 2160;
/** A point of the mesh may lie outside the picture by this part of its longer side. */
const OUTSIDE = 1;

const side = z.int().min(64).max(PHOTO_SIDE_MAX);
const coordinate = z.number().min(-PHOTO_SIDE_MAX).max(2 * PHOTO_SIDE_MAX);

export const photoManifest = z.strictObject({
  ...identity,
  kind: z.literal("photo"),
  /** JPEG, PNG or WebP beside avatar.json. */
  picture: fileName,
  width: side,
  height: side,
  /** x, y, z of 478 points in pixels of the picture, z growing away from the viewer. */
  points: z.array(coordinate).length(MESH_POINTS * 3, `wanted x, y and z of ${MESH_POINTS} points`),
  /** Grey picture of the same size, white where the figure is: only for a figure that was cut out. */
  mask: fileName.optional(),
  /** Behind a figure that was cut out: a colour, or a picture of the same size. */
  backdrop: z.union([colour, fileName]).optional(),
}).superRefine(({ points, width, height }, context) => {
  const room = OUTSIDE * Math.max(width, height);
  const isNear = points.every((value, at) =>
    at % 3 === 2 || (value >= -room && value <= (at % 3 === 0 ? width : height) + room)
  );
  const at = (index: number, axis: number) => points[index * 3 + axis]!;
  // Eyes, nose and mouth where a face has them: anything else would bend into knots.
  const isFace = at(33, 0) < at(133, 0) && at(133, 0) < at(362, 0) && at(362, 0) < at(263, 0) &&
    at(168, 1) < at(2, 1) && at(2, 1) < at(0, 1) && at(0, 1) < at(17, 1) && at(17, 1) < at(152, 1) &&
    at(61, 0) < at(291, 0);
  if (!isNear || !isFace) {
    context.addIssue({
      code: "custom",
      path: ["points"],
      message: "wanted the points of a face in the picture",
    });
  }
});

export type PhotoManifest = z.infer<typeof photoManifest>;

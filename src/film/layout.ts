/**
 * The binary files of a video avatar. Little-endian throughout; every file's size is checked against its header.
 *
 * Track ("LCTK"): u32 magic, u32 version 1, u32 frames, u32 points (478), then for each frame BOXES boxes of four int32
 * (x1, y1, x2, y2; the right and lower edge are outside the box), then points * 3 float32: x, y, z of the face mesh
 * (MediaPipe's numbering, as in photo avatars) in pixels of the film.
 *
 * Pack ("LCPK"): u32 magic, u32 version 1, u32 count, u32 0, (count + 1) float64 offsets from the file's beginning, then
 * the entries. A mask entry is raw DEFLATE of (x2 - x1) * (y2 - y1) bytes: opacity of each pixel of the MuseTalk box, all
 * of it, also what lies outside the picture. A face entry is a JPEG (4:4:4) of the family's square crop.
 *
 * Latents: frames * 8 * 32 * 32 float16: masked then reference latents, already times 0.18215.
 */
export const TRACK_MAGIC = 0x4b54434c; // "LCTK"
export const PACK_MAGIC = 0x4b50434c; // "LCPK"
export const LAYOUT_VERSION = 1;
export const TRACK_POINTS = 478;
/** The four numbers that tracks and packs begin with. */
export const HEAD_BYTES = 16;
/** No edge of a box and no point is farther out, in pixels; films have at most 4096 a side. */
export const COORDINATE_MAX = 16_384;

/** Boxes of each frame in a track, in this order. */
export const BOXES = ["musetalk", "crop", "wav2lip", "ultralight"] as const;
/**
 * musetalk: where MuseTalk's patch goes (contract section 5), crop: its square crop_box (may leave the picture),
 * wav2lip, ultralight: where those engines' crops were cut and their patches go. An empty box (x2 <= x1): not prepared.
 */
export type BoxName = typeof BOXES[number];

export const LATENT_VALUES = 8 * 32 * 32;
/** The largest number that float16 holds. */
export const HALF_MAX = 65_504;
/** Sides of the square crops in face packs. */
export const FACE_SIDE = { wav2lip: 256, ultralight: 168 } as const;

export type { Box, Face, I420Frame, PatchPlacement } from "./face.ts";

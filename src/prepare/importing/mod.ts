export { importAvatar, type ImportOptions } from "./import_avatar.ts";
export { isForeignAvatar } from "./foreign_avatar.ts";

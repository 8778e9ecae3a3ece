/** Names of avatars as clients of other servers write them ("My_Avatar_001"): ours have small letters and dashes. */
import { InputFault } from "../../errors/mod.ts";
import { newAvatarId } from "../avatar_requests.ts";

export function avatarName(name: string): string {
  return name.startsWith("dicebear:") ? name : name.toLowerCase().replaceAll("_", "-");
}

/** Of one that is to be made. Throws InputFault `bad_avatar_id`. */
export function newAvatarName(name: string): string {
  const { success, data, error } = newAvatarId.safeParse(avatarName(name));
  if (success) return data;
  throw new InputFault(`avatar_id cannot be a name here: ${error.issues[0]!.message}`, {
    code: "bad_avatar_id",
  });
}

/**
 * The actions that a client of LiveTalking brings (`custom_config`): frames in a folder and a sound. Frames of somebody else's
 * making cannot be shown by our avatars; the avatar's own actions take their place, in order. The sound is played.
 */
import { z } from "zod";
import { InputFault } from "../../errors/mod.ts";

const ACTIONS_MAX = 64;
/** Theirs number what an application adds from 2 on: 0 and 1 are the avatar's own speech and idle. */
const FIRST_CUSTOM = 2;

const customConfig = z.array(z.looseObject({
  audiotype: z.int().min(0),
  imgpath: z.string().max(1024).nullish(),
  audiopath: z.string().max(1024).nullish(),
})).max(ACTIONS_MAX);

export interface CustomAction {
  readonly audiotype: number;
  readonly audiopath?: string;
}

/** An array, or a text that holds one. Throws InputFault `bad_custom_config`. */
export function readCustomConfig(value: unknown): readonly CustomAction[] {
  if (value === undefined || value === null || value === "") return [];
  const parsed = customConfig.safeParse(typeof value === "string" ? parse(value) : value);
  if (parsed.success) {
    return parsed.data.map(({ audiotype, audiopath }) => ({
      audiotype,
      ...(audiopath ? { audiopath } : {}),
    }));
  }
  throw new InputFault(
    'custom_config cannot be read, wanted [{"audiotype": 2, "imgpath": "...", "audiopath": "..."}]',
    { code: "bad_custom_config" },
  );
}

/** Undefined for what is none: the avatar goes on as it is. Throws InputFault `unknown_act`. */
export function customAction(
  audiotype: number,
  brought: readonly CustomAction[],
  own: readonly string[],
): { readonly name: string; readonly audiopath?: string } | undefined {
  if (audiotype < FIRST_CUSTOM) return undefined;
  const actions = brought.filter((one) => one.audiotype >= FIRST_CUSTOM);
  const at = actions.findIndex((one) => one.audiotype === audiotype);
  const place = at < 0 ? audiotype - FIRST_CUSTOM : at % own.length;
  const name = own[place];
  if (name === undefined) {
    const last = FIRST_CUSTOM + own.length - 1;
    throw new InputFault(
      `audiotype is ${audiotype}, wanted ${FIRST_CUSTOM} to ${last}, which are ${own.join(", ")}`,
      { code: "unknown_act" },
    );
  }
  const audiopath = actions[at]?.audiopath;
  return { name, ...(audiopath === undefined ? {} : { audiopath }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused below, as anything else that is no list
  }
}

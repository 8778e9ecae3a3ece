/** `prepare`: a portrait or a clip of a person into an avatar that speaks. */
import { EXIT, InputFault } from "../errors/mod.ts";
import type { Command, CommandContext } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { StepBar } from "./step_bar.ts";

/** In priority: a live programme beside it comes first, and somebody waits for this all the same. */
const STEPS_BACK = 8;

export const command: Command = {
  name: "prepare",
  summary: "make an avatar of a portrait photo, or of a clip of a person",
  usage: "PICTURE|CLIP|FOLDER --id ID [flags]",
  about:
    `Finds the face and writes an avatar that speaks with it into your own avatars. Nothing leaves this machine.

A JPEG, PNG or WebP photo becomes a photo avatar: one face, at least 80 pixels wide (250 look sharp), seen from
the front, eyes open, the mouth closed or smiling, nothing before it. --background blur, transparent or a colour
needs a plain wall behind the head, or a picture that is cut out already. With --engine, --speaking or --action a
photo becomes a video avatar of one picture instead.

A clip (MP4, MOV, WebM, MKV, AVI), or a folder of pictures, becomes a video avatar: one face in every frame, the
mouth closed. It is shown forward and backward. --engine says which video engines shall be able to speak on it;
musetalk needs an installed model with an encoder. Visemes can always. --speaking and --action add clips. What was
done before an interruption is taken up again by the same command.

A folder that MuseTalk or LiveTalking made becomes a video avatar too, with its masks and latents as they are;
--actions names LiveTalking's custom action file.`,
  examples: [
    { command: "deno task prepare portrait.jpg --id me", does: "then: deno task live --avatar me" },
    {
      command: "deno task prepare clip.mp4 --id anna --engine all --preview",
      does: "a clip, for every engine",
    },
    {
      command: "deno task prepare idle.mp4 --id anna --action wave=wave.mp4 --action hello=hello.mov:sound",
      does: "with two actions, the second with its own voice",
    },
    { command: "deno task prepare results/v15/avatars/yongen --id yongen", does: "MuseTalk's own folder" },
  ],
  flags: [
    { name: "id", kind: "text", value: "ID", doc: "what the avatar is called: a-z, 0-9 and -" },
    {
      name: "background",
      kind: "text",
      value: "B",
      doc: "of a photo: own (as it is), blur, transparent or a colour like #203040",
    },
    {
      name: "engine",
      kind: "text",
      value: "E",
      doc: "of a clip: musetalk, wav2lip, ultralight or all (default all); makes a clip of a photo",
    },
    {
      name: "speaking",
      kind: "text",
      value: "CLIP",
      doc: "shown while it speaks, instead of the first clip; makes a clip of a photo",
    },
    {
      name: "action",
      kind: "list",
      value: "NAME=CLIP",
      doc: "an action; CLIP:sound keeps its own voice; makes a clip of a photo",
    },
    {
      name: "actions",
      kind: "text",
      value: "FILE",
      doc: "LiveTalking's custom actions, of an imported folder",
    },
    {
      name: "musetalk",
      kind: "text",
      value: "V",
      doc: "of a clip: version whose boxes are cut, 1.5 (default) or 1.0",
    },
    {
      name: "shift",
      kind: "text",
      value: "N",
      doc: "of version 1.0: moves the box's middle by pixels (bbox_shift)",
    },
    {
      name: "preview",
      kind: "switch",
      doc: "of a clip: write preview-boxes.png, what was found drawn over frames",
    },
    { name: "force", kind: "switch", doc: "replace an avatar of that id" },
    { name: "progress", kind: "text", value: "json", doc: "progress as lines of JSON on stderr" },
    JSON_FLAG,
  ],
  words: "PICTURE",
  takesSettings: true,
  async run(context) {
    const { flags, words, folders } = context;
    const [path, ...more] = words;
    if (path === undefined || more.length > 0) {
      throw new InputFault(
        `prepare has ${words.length} pictures or clips, wanted one: prepare CLIP --id ID`,
        {
          code: "no_picture",
        },
      );
    }
    const id = flags.text("id");
    if (id === undefined) {
      throw new InputFault("prepare has no --id, wanted a name for the avatar such as --id me", {
        code: "no_id",
      });
    }
    const progress = flags.text("progress");
    if (progress !== undefined && progress !== "json") {
      throw new InputFault(`--progress is ${JSON.stringify(progress.slice(0, 40))}, wanted json`, {
        code: "bad_flag",
      });
    }
    if (!flags.isOn("force")) await refuseTaken(id, folders.avatars.slice(1));
    const { isForeignAvatar } = await import("../prepare/mod.ts");
    const { prepareKind, refuseFlags } = await import("./prepare_kinds.ts");
    const kind = prepareKind(path, await isForeignAvatar(path), flags);
    refuseFlags(kind, path, flags);
    return await { photo, clip: video, import: importing }[kind](context, path, id);
  },
};

/** One's own avatars come first when one is looked for: one that comes with Lipcam could not be chosen any more. */
async function refuseTaken(id: string, folders: readonly string[]): Promise<void> {
  const { listAvatars } = await import("../avatar/mod.ts");
  if (!listAvatars(folders).some((avatar) => avatar.id === id)) return;
  throw new InputFault(
    `avatar "${id}" comes with Lipcam, wanted another --id, or --force to put yours in its place`,
    { code: "avatar_exists" },
  );
}

async function photo(context: CommandContext, path: string, id: string): Promise<number> {
  const { flags, folders } = context;
  const { preparePhoto, readBackgroundWish, STEPS } = await import("../prepare/mod.ts");
  const background = readBackgroundWish(flags.text("background") ?? "own");
  const startMs = context.clock.nowMs();
  const bar = new StepBar(STEPS.length, context);
  const { folder, faceWidthPx, advice } = await preparePhoto({
    path,
    parent: folders.avatars[0]!,
    id,
    isForced: flags.isOn("force"),
    background,
    signal: context.stopSignal(),
    onStep: (step) => {
      if (flags.text("progress") !== "json") return bar.step(step);
      context.note(JSON.stringify({ step, frames: STEPS.indexOf(step), of: STEPS.length }));
    },
  }).finally(() => bar.clear());
  for (const line of advice) context.note(`prepare: ${line}`);
  return done(context, { id, folder, faceWidthPx, tookMs: Math.round(context.clock.nowMs() - startMs) });
}

async function video(context: CommandContext, path: string, id: string): Promise<number> {
  const { clipInputs, latentEncoder, wantedEngines } = await import("./prepare_video.ts");
  const { prepareVideo } = await import("../prepare/mod.ts");
  const { flags, folders } = context;
  const loaded = await context.loadConfig();
  const engines = wantedEngines(flags.text("engine") ?? "all");
  const version = flags.text("musetalk") ?? "1.5";
  if (version !== "1.0" && version !== "1.5") {
    throw new InputFault(`--musetalk is ${version}, wanted 1.0 or 1.5`, { code: "bad_flag" });
  }
  const shiftPx = Number(flags.text("shift") ?? 0);
  if (!Number.isInteger(shiftPx)) {
    throw new InputFault(`--shift is ${flags.text("shift")}, wanted a whole number of pixels`, {
      code: "bad_flag",
    });
  }
  await stepAside();
  const clips = clipInputs(path, flags.text("speaking"), flags.list("action"));
  const startMs = context.clock.nowMs();
  const bar = new StepBar(1, context);
  const isJson = flags.text("progress") === "json";
  const opened = engines.includes("musetalk")
    ? await latentEncoder(loaded.config, folders, flags.text("engine") === "musetalk")
    : {};
  // Said once there is work to do: what is wrong with a clip is one line.
  let note = opened.note;
  const sayNote = () => {
    if (note !== undefined) context.note(`prepare: ${note}`);
    note = undefined;
  };
  using encoder = opened.encoder;
  const made = await prepareVideo({
    clips,
    engines,
    version,
    shiftPx,
    id,
    parent: folders.avatars[0]!,
    isForced: flags.isOn("force"),
    hasPreview: flags.isOn("preview"),
    clock: context.clock,
    nowMs: context.now().getTime(),
    signal: context.stopSignal(),
    ...(encoder ? { encoder } : {}),
    onProgress: (progress) => {
      sayNote();
      isJson ? context.note(JSON.stringify(progress)) : bar.frames(progress);
    },
    onNote: (line) => context.note(`prepare: ${line}`),
  }).catch((error: unknown) => stopped(context, error)).finally(() => bar.clear());
  const { folder, frames, size } = made;
  const tookMs = Math.round(context.clock.nowMs() - startMs);
  return done(context, { id, folder, frames, ...size, tookMs });
}

async function importing(context: CommandContext, path: string, id: string): Promise<number> {
  const { importAvatar } = await import("../prepare/mod.ts");
  const { flags, folders } = context;
  const loaded = await context.loadConfig();
  await stepAside();
  const startMs = context.clock.nowMs();
  const bar = new StepBar(1, context);
  const isJson = flags.text("progress") === "json";
  const actions = flags.text("actions");
  using opened = new DisposableStack();
  const { folder, frames } = await importAvatar({
    path,
    id,
    parent: folders.avatars[0]!,
    isForced: flags.isOn("force"),
    clock: context.clock,
    nowMs: context.now().getTime(),
    // What it says where none is installed would frighten for nothing: the import has its own words for that.
    openEncoder: async () => {
      const { latentEncoder } = await import("./prepare_video.ts");
      const { encoder } = await latentEncoder(loaded.config, folders, false);
      return encoder && opened.use(encoder);
    },
    signal: context.stopSignal(),
    ...(actions === undefined ? {} : { actions }),
    onProgress: (progress) => isJson ? context.note(JSON.stringify(progress)) : bar.frames(progress),
    onNote: (line) => context.note(`prepare: ${line}`),
  }).catch((error: unknown) => stopped(context, error)).finally(() => bar.clear());
  return done(context, { id, folder, frames, tookMs: Math.round(context.clock.nowMs() - startMs) });
}

async function stepAside(): Promise<void> {
  const { stepBack } = await import("../time/mod.ts");
  stepBack(STEPS_BACK);
}

/** Says that nothing is lost, where the person has stopped it. */
function stopped(context: CommandContext, error: unknown): never {
  if (context.stopSignal().aborted) context.note("prepare: stopped; the same command goes on from here");
  throw error;
}

interface Result {
  readonly id: string;
  readonly folder: string;
  readonly tookMs: number;
  readonly [more: string]: unknown;
}

function done(context: CommandContext, result: Result): number {
  if (context.flags.isOn("json")) context.out(JSON.stringify(result));
  else {
    const { folder, tookMs, id } = result;
    context.note(`${folder}: ${(tookMs / 1000).toFixed(1)} s; try: deno task live --avatar ${id}`);
  }
  return EXIT.ok;
}

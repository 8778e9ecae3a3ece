/** `live`: the avatar on the camera, the speakers, the page and in a recording, until it is told to end. */
import type { LineLog } from "../app/mod.ts";
import type { Programme } from "../programme/mod.ts";
import { CapacityFault, EXIT, InputFault, oneLine } from "../errors/mod.ts";
import { delay } from "../time/mod.ts";
import type { Command, CommandContext } from "./command.ts";
import { PANIC_KEY } from "./act_keys.ts";
import { PICTURE_FLAGS, VOICE_FLAG } from "./flags.ts";
import { VERSION } from "./version.ts";

const ROOM_LOOK_MS = 100;
/** What is still shown with --exit after the last word, besides the fade to idle. */
const TAIL_MS = 300;

export const command: Command = {
  name: "live",
  summary: "speak text, files or what is typed, on the camera and the speakers",
  usage: "[flags]",
  about: `Starts the avatar. It is a camera that any program can pick, it speaks on the sound device, and
http://127.0.0.1:8010/ shows it with a box to type into. In a terminal, type what it should say. Text
piped in is spoken line by line as it arrives. What this machine lacks is said in one line and does
not stop it. All texts of --say come first, then all files of --audio. [happy] or [nod] in any text is
done at that place and not spoken (deno task act --help).`,
  examples: [
    { command: "deno task live", does: "type what it should say" },
    { command: 'deno task live --say "Good morning, everybody."', does: "greet, then wait for more" },
    {
      command: "deno task live --audio talk.mp3 --record talk.mp4 --exit",
      does: "speak a file, record it, end",
    },
    { command: "my-language-model | deno task live", does: "speak what a program writes, as it writes it" },
    { command: "deno task live --preview", does: "see, hear and steer it in a browser" },
  ],
  flags: [
    { name: "say", kind: "list", value: "TEXT", doc: "say TEXT at the start, may be repeated" },
    { name: "audio", kind: "list", value: "FILE", doc: "speak a sound file at the start, may be repeated" },
    VOICE_FLAG,
    ...PICTURE_FLAGS,
    {
      name: "camera",
      kind: "text",
      value: "NODE",
      doc: "auto, none, obs (its virtual camera) or /dev/videoN",
      setting: "camera",
    },
    {
      name: "camera-format",
      kind: "text",
      value: "FORMAT",
      doc: "I420 or YUYV",
      setting: "cameraFormat",
    },
    {
      name: "sound",
      kind: "text",
      value: "DEVICE",
      doc: "auto, none or the name of a device",
      setting: "sound",
    },
    { name: "mic", kind: "switch", doc: 'offer a virtual microphone, "Lipcam Microphone"', setting: "mic" },
    {
      name: "record",
      kind: "text",
      value: "FILE",
      doc: "record to FILE.mp4 or FILE.webm",
      setting: "record",
    },
    {
      name: "port",
      kind: "text",
      value: "N",
      doc: "port of the page and the API on 127.0.0.1",
      setting: "port",
    },
    {
      name: "preview",
      kind: "switch",
      doc: "the avatar on the page by WebRTC, with sound",
      setting: "preview",
    },
    {
      name: "compat",
      kind: "switch",
      doc: "serve clients of LiveTalking and MuseTalk too, without a token (docs/compat.md)",
      setting: "compat",
    },
    {
      name: "page",
      kind: "switch",
      isNegated: true,
      doc: "no page and no API: say, act, state and stop do not reach it",
      setting: "page",
    },
    { name: "exit", kind: "switch", doc: "end when everything said has been spoken" },
  ],
  takesSettings: true,
  async run(context) {
    const loaded = await context.loadConfig();
    const { config } = loaded;
    const signal = context.stopSignal();
    const isTerminal = Deno.stdin.isTerminal() && Deno.stderr.isTerminal() &&
      context.environment["TERM"] !== "dumb";
    const texts = context.flags.list("say");
    const files = context.flags.list("audio");
    const isGiven = texts.length + files.length > 0;
    if (context.flags.isOn("exit") && isTerminal && !isGiven) {
      throw new InputFault(
        "live --exit has nothing to say, wanted --say TEXT, --audio FILE or text piped in",
        {
          code: "nothing_to_say",
        },
      );
    }
    const { cleanText, probeAudioFile } = await import("../speech/mod.ts");
    for (const text of texts) cleanText(text);
    for (const file of files) await probeAudioFile(file, { signal });

    const { Programme, serve, Sessions, SharedEngines } = await import("../programme/mod.ts");
    const log = context.openLog(loaded);
    const ending = new AbortController();
    const end = () => ending.abort();
    signal.addEventListener("abort", end, { once: true });
    const { folders, clock, environment } = context;
    await using engines = new SharedEngines(config, folders);
    const parts = { ...{ config, folders, environment, clock, log, engines, signal }, version: VERSION };
    const sessions = new Sessions(parts);
    const open = sessions.open.bind(sessions);
    await using server = config.page ? await serve({ ...parts, open, onStop: end }) : undefined;
    await using programme = await Programme.start(parts);
    server?.attach(programme);
    programme.page = server?.url;

    let hasFailed = false;
    const watch = ({ outcome }: { outcome: Promise<{ state: string }> }) =>
      outcome.then(({ state }) => {
        if (state === "failed") hasFailed = true;
      });
    for (const text of texts) watch(programme.say(text));
    for (const file of files) watch(programme.sayFile(file));

    const input = isTerminal
      ? await inTerminal(context, programme, log, end, ending.signal)
      : fromPipe(context, programme, context.flags.isOn("exit"), ending.signal, log.warn.bind(log));
    await using _terminal = input.terminal;
    if (!isTerminal) announce(context, programme);

    if (context.flags.isOn("exit")) {
      (async () => {
        if (!isGiven || input.hasLines()) await input.ended;
        await programme.idle();
        await delay(config.crossfadeMs + TAIL_MS, ending.signal);
        end();
      })().catch((error) => {
        if (!ending.signal.aborted) log.error(oneLine(error));
      });
    }
    await Promise.race([programme.died, aborted(ending.signal)]);
    return hasFailed ? EXIT.failed : EXIT.ok;
  },
};

interface Input {
  readonly terminal?: AsyncDisposable;
  /** Whether any line has come. */
  hasLines(): boolean;
  /** Resolves when no more lines can come. */
  readonly ended: Promise<void>;
}

async function inTerminal(
  context: CommandContext,
  programme: Programme,
  log: LineLog,
  end: () => void,
  signal: AbortSignal,
): Promise<Input> {
  const { LiveTerminal } = await import("./terminal.ts");
  const { actOf } = await import("./act_keys.ts");
  const terminal = new LiveTerminal({
    state: () => programme.state(),
    onLine: (text) => void programme.say(text),
    onEscape: () => void programme.interrupt(),
    onHold: () => void programme.hold(),
    onFunction: (number) => {
      if (number === PANIC_KEY) return void programme.panic();
      const act = actOf(number, programme.state().picture.expression);
      if (act !== undefined) programme.act(act);
    },
    onEnd: end,
    describe: oneLine,
    hasColor: context.environment["NO_COLOR"] === undefined,
  });
  log.redirect((line) => terminal.show(line));
  const closing = new AsyncDisposableStack();
  closing.use(terminal);
  closing.defer(() => log.redirect());
  return { terminal: closing, hasLines: () => false, ended: aborted(signal) };
}

/** Speaks each line as it arrives; where the queue is full it waits, so that nothing a program wrote is lost. */
function fromPipe(
  context: CommandContext,
  programme: Programme,
  isExiting: boolean,
  signal: AbortSignal,
  warn: (line: string) => void,
): Input {
  let count = 0;
  const read = async () => {
    const { linesOf } = await import("./stdin_lines.ts");
    for await (const line of linesOf(context.input())) {
      count++;
      await sayWhenRoom(programme, line, signal, warn);
      if (signal.aborted) return;
    }
  };
  const ended = read().then(() => {
    if (count > 0 && !isExiting && !signal.aborted) {
      context.note(
        "lipcam: the input has ended, still live; Ctrl-C or deno task stop ends it (--exit does by itself)",
      );
    }
  }, (error) => {
    if (!signal.aborted) warn(`reading text from standard input: ${oneLine(error)}`);
  });
  return { hasLines: () => count > 0, ended };
}

async function sayWhenRoom(
  programme: Programme,
  line: string,
  signal: AbortSignal,
  warn: (line: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      programme.say(line);
      return;
    } catch (error) {
      if (!(error instanceof CapacityFault)) return warn(oneLine(error));
      await delay(ROOM_LOOK_MS, signal).catch(() => {}); // aborted: the loop ends
    }
  }
}

/** Without a live view, what a person must know goes to stderr once. */
function announce(context: CommandContext, programme: Programme): void {
  const { camera, sound, page } = programme.state();
  const where = camera.state === "none" ? "no camera" : `camera ${camera.path} (${camera.card})`;
  context.note(`lipcam: live, ${where}, sound ${soundName(sound)}${page ? `, ${page}` : ""}`);
}

function soundName({ kind, device }: { readonly kind: string; readonly device: string }): string {
  return kind === "null" ? "none" : `${kind} ${device}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

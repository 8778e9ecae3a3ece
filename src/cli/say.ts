/** `say`: gives the running programme text to say, as words or from standard input. */
import type { ProgrammeState } from "../programme/mod.ts";
import type { ControlClient } from "../control/mod.ts";
import { EXIT, InputFault } from "../errors/mod.ts";
import { delay } from "../time/mod.ts";
import type { Command, CommandContext } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunning, PORT_FLAG } from "./running.ts";

/** What the API takes at most, with room for the JSON around it. */
const INPUT_BYTES_MAX = 250_000;
const LOOK_MS = 200;

export const command: Command = {
  name: "say",
  summary: "give the running programme something to say",
  usage: "TEXT...|- [flags]",
  about:
    `Queues the words as one utterance; "-" reads standard input to its end instead. A full queue refuses it.
Words that begin with a dash come after "--". [happy] or [nod] in the text is done at that place and
not spoken (deno task act lists what there is); \\[nod] is spoken.`,
  examples: [
    { command: 'deno task say "How are you?"', does: "one utterance" },
    { command: 'deno task say "[happy] Good morning. [nod] Shall we?"', does: "with a face to it" },
    { command: "echo Hello | deno task say -", does: "the same from a pipe" },
    { command: "deno task say --wait Good night", does: "come back when it has been spoken" },
    { command: "deno task say --no-interrupt This must be heard.", does: "not cut off by interrupt" },
  ],
  flags: [
    // Not a setting here: the voice is the running programme's unless this names another.
    { name: "voice", kind: "text", value: "V", doc: "voice for this utterance" },
    { name: "interrupt", kind: "switch", isNegated: true, doc: "interrupt does not cut this off" },
    { name: "wait", kind: "switch", doc: "come back when it has been spoken" },
    PORT_FLAG,
    JSON_FLAG,
  ],
  words: "TEXT",
  async run(context) {
    const text = await readText(context);
    if (text.trim() === "") {
      throw new InputFault("nothing to say, wanted TEXT or - with text piped in", { code: "empty_text" });
    }
    const voice = context.flags.text("voice");
    const running = await findRunning(context);
    const { utterance } = await running.say({
      text,
      ...(voice === undefined ? {} : { voice }),
      ...(context.flags.isOn("interrupt") ? {} : { interruptible: false }),
    });
    if (context.flags.isOn("wait")) await spoken(running, utterance, context.stopSignal());
    if (context.flags.isOn("json")) context.out(JSON.stringify({ utterance }));
    return EXIT.ok;
  },
};

async function readText(context: CommandContext): Promise<string> {
  if (context.words.length !== 1 || context.words[0] !== "-") return context.words.join(" ");
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of context.input()) {
    bytes += chunk.length;
    if (bytes > INPUT_BYTES_MAX) {
      throw new InputFault(
        `the text on standard input is longer than ${INPUT_BYTES_MAX} bytes, wanted less`,
        {
          code: "text_too_long",
        },
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Utterances are numbered and spoken in order: it is over when a later one speaks, or nothing speaks or waits. */
async function spoken(running: ControlClient, utterance: number, signal: AbortSignal): Promise<void> {
  let quietLooks = 0; // one look may fall between the queue and the mouth
  while (quietLooks < 2) {
    await delay(LOOK_MS, signal);
    const { speech, picture } = await running.state() as unknown as ProgrammeState;
    const at = speech.speaking?.utterance;
    if (at !== undefined && at > utterance) return;
    const isQuiet = at === undefined && speech.queued === 0 && speech.queuedMs === 0 &&
      picture.phase === "idle";
    quietLooks = isQuiet ? quietLooks + 1 : 0;
  }
}

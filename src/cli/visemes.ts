/** `visemes`: what the mouth does in a recording, every 20 ms, by the path that moves the avatar. */
import { EXIT, InputFault } from "../errors/mod.ts";
import { nearest } from "../text/mod.ts";
import type { Command, CommandContext } from "./command.ts";

const FORMATS = ["json", "tsv", "rhubarb"] as const;
const MODELS = ["viseme", "viseme-fast"] as const;

export const command: Command = {
  name: "visemes",
  summary: "print visemes and mouth parameters for every 20 ms of a recording",
  usage: "FILE [--format json|tsv|rhubarb] [--model viseme|viseme-fast]",
  about: `Hears a sound file as the avatar's lip-sync does and prints to stdout what the mouth does, for
animators. Nothing is played and nothing else is started.

json     one object: the frames with time, likeliest viseme, its probability and the mouth's parameters
tsv      the same as a table with a line of names
rhubarb  time in seconds and one of the mouth shapes A to H and X wherever it changes, as Rhubarb Lip Sync
         writes them, ending with the recording's end

Visemes are the fifteen of Oculus Lipsync: sil, PP, FF, TH, DD, kk, CH, SS, nn, RR, aa, E, I, O, U.
Parameters are 0 to 1: jaw opens, spread widens, pucker rounds, press closes the lips (m, b, p), teeth
sets them on the lower lip (f, v), tongue raises its tip (l, th).

For rhubarb PP is A, FF is G, aa is D where the jaw is wide open and else C, E is C, O and RR are E,
U is F, nn with an open jaw is H, sil is X, and I and all other consonants are B. A shape of a single
frame is left out, except A and G.`,
  examples: [
    { command: "deno task visemes talk.wav > talk.json", does: "everything, for a program" },
    { command: "deno task visemes talk.mp3 --format tsv", does: "a table" },
    {
      command: "deno task visemes talk.wav --format rhubarb > talk.tsv",
      does: "for what reads Rhubarb's files",
    },
  ],
  flags: [
    { name: "format", kind: "text", value: "FORMAT", doc: "json, tsv or rhubarb; json without it" },
    {
      name: "model",
      kind: "text",
      value: "MODEL",
      doc: "viseme, or viseme-fast, which looks 32 ms ahead instead of 72; viseme without it",
    },
  ],
  words: "FILE",
  async run(context) {
    const format = chosen(context, "format", FORMATS);
    const model = chosen(context, "model", MODELS);
    const [file, more] = context.words;
    if (file === undefined) {
      throw new InputFault("visemes has no FILE, wanted a sound file", { code: "no_file" });
    }
    if (more !== undefined) {
      throw new InputFault(`visemes has a second FILE ${JSON.stringify(more)}, wanted one`, {
        code: "unexpected_word",
      });
    }
    const signal = context.stopSignal();
    const { decodeAudioFile, Resampler } = await import("../speech/mod.ts");
    const { openModel, VisemeNetwork, VisemeTrack } = await import("../lipsync/mod.ts");
    const { FEATURE_RATE_HZ, SAMPLE_RATE_HZ } = await import("../time/mod.ts");
    const { visemeWriter } = await import("./viseme_formats.ts");
    using network = await VisemeNetwork.open(await openModel(model, context.folders.models));
    const track = new VisemeTrack(network);
    const writer = visemeWriter(format);
    const resampler = new Resampler(SAMPLE_RATE_HZ, FEATURE_RATE_HZ);
    const pcm = new Float32Array(resampler.outputLengthMax(SAMPLE_RATE_HZ));
    const lines: string[] = [];
    const say = (line: string) => line === "" ? 0 : lines.push(line);
    const print = () => lines.length > 0 && context.out(lines.splice(0).join("\n"));
    let samples = 0;
    const hear = async (count: number) => {
      samples += count;
      await track.push(pcm.subarray(0, count), (frame) => say(writer.frame(frame)));
      print(); // not before the first sound came: a file that is none leaves stdout empty
    };
    track.start();
    say(writer.begin({ file, model, frameMs: network.manifest.frameMs }));
    for await (const piece of decodeAudioFile(file, { signal })) await hear(resampler.process(piece, pcm));
    await hear(resampler.flush(pcm));
    await track.finish((frame) => say(writer.frame(frame)));
    say(writer.end(samples * 1000 / FEATURE_RATE_HZ));
    print();
    return EXIT.ok;
  },
};

/** The flag's value, or the first there is. */
function chosen<T extends string>(context: CommandContext, flag: string, values: readonly T[]): T {
  const given = context.flags.text(flag);
  const value = given === undefined ? values[0] : values.find((one) => one === given);
  if (value !== undefined) return value;
  const near = nearest(given!, values);
  const hint = near === undefined ? "" : `, did you mean ${near}?`;
  throw new InputFault(
    `--${flag} ${JSON.stringify(given!.slice(0, 60))}, wanted ${values.join(" or ")}${hint}`,
    { code: `bad_${flag}` },
  );
}

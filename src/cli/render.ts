/** `render`: the programme into a file, as fast as the machine can, the same every time. */
import { EXIT, InputFault } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG, PICTURE_FLAGS, VOICE_FLAG } from "./flags.ts";

export const command: Command = {
  name: "render",
  summary: "make a video file from text or sound, as fast as the machine can",
  usage: "--say TEXT|--audio FILE --out FILE [flags]",
  about: `Speaks what is given and writes picture and sound to one file: MP4 (H.264 and AAC), WebM (VP8 and
Opus) or MKV. Nothing is played and no camera is used. The same input gives the same file. --say and
--audio may be repeated; all texts come first, then all sound files. [happy] or [nod] in a text is done
at that place and not spoken (deno task act --help).`,
  examples: [
    { command: 'deno task render --say "Hello, world." --out hello.mp4', does: "one sentence" },
    { command: "deno task render --audio talk.mp3 --out talk.webm --size 720x720", does: "a square WebM" },
  ],
  flags: [
    { name: "say", kind: "list", value: "TEXT", doc: "text to speak, may be repeated" },
    { name: "audio", kind: "list", value: "FILE", doc: "sound file to speak, may be repeated" },
    { name: "out", kind: "text", value: "FILE", doc: "file to write: .mp4, .webm or .mkv" },
    ...PICTURE_FLAGS,
    VOICE_FLAG,
    JSON_FLAG,
  ],
  takesSettings: true,
  async run(context) {
    const loaded = await context.loadConfig();
    const { config } = loaded;
    const log = context.openLog(loaded);
    const signal = context.stopSignal();
    const out = context.flags.text("out");
    const texts = context.flags.list("say");
    const files = context.flags.list("audio");
    if (out === undefined) {
      throw new InputFault("render has no --out, wanted --out FILE.mp4", { code: "no_out" });
    }
    if (texts.length + files.length === 0) {
      throw new InputFault("render has nothing to say, wanted --say TEXT or --audio FILE", {
        code: "nothing_to_say",
      });
    }
    const programme = await import("../programme/mod.ts");
    const { AvatarCues, castAvatar, engineChoice, lookOf, openTts, probeTts, render } = programme;
    const { ruledCues, TextCues } = programme;
    const { EXPRESSIONS } = await import("../avatar/mod.ts");
    const { cleanText, probeAudioFile } = await import("../speech/mod.ts");
    const { Recorder } = await import("../record/mod.ts");
    for (const text of texts) cleanText(text);
    for (const file of files) await probeAudioFile(file, { signal });
    const { source: avatar, plan } = await castAvatar(config, context.folders);
    const cues = new AvatarCues();
    cues.show(plan?.film);
    const textCues = new TextCues(cues, ruledCues(config.obs.rules)); // what is for OBS is not spoken here either
    const size = { width: config.width, height: config.height };
    const shape = {
      fps: config.fps,
      size,
      hasAlpha: config.background === "transparent",
      lowWaterMs: config.playback.lowWaterMs,
      highWaterMs: config.playback.highWaterMs,
      soundLatencyMs: config.soundLatencyMs,
    };
    await using tts = openTts(config);
    await probeTts(config, tts);
    await using recorder = await Recorder.open(out, {
      size,
      fps: config.fps,
      samplesPerFrame: 48_000 / config.fps,
      hasAlpha: shape.hasAlpha,
    });
    const startMs = context.clock.nowMs();
    const failures: Promise<string | undefined>[] = [];
    let shownSeconds = 0;
    let engineFaults = 0;
    const units = await render({
      shape,
      avatar,
      look: lookOf(config),
      expression: EXPRESSIONS.indexOf(config.expression),
      engine: engineChoice(config, context.folders),
      cues: textCues,
      ...(plan ? { video: { plan, order: programme.engineOrder(config, context.folders) } } : {}),
      tts,
      crossfadeMs: config.crossfadeMs,
      syncThresholdMs: config.syncThresholdMs,
      synthesisAhead: config.synthesisAhead,
      signal,
      say(speaker) {
        const voice = config.voice === undefined ? {} : { voice: config.voice };
        const said = [
          ...texts.map((text) => speaker.say(text, voice)),
          ...files.map((file) => speaker.sayFile(file)),
        ];
        for (const { outcome } of said) {
          failures.push(outcome.then((end) => end.state === "failed" ? end.error : undefined));
        }
      },
      onEvent(event) {
        if (event.kind === "warning") log.warn(event.text);
      },
      onFault: (line) => {
        engineFaults++;
        log.warn(line);
      },
      async onUnit(slot) {
        await recorder.add(slot.picture, slot.samples);
        const seconds = Math.floor(recorder.frames / config.fps);
        if (seconds < shownSeconds + 10) return;
        shownSeconds = seconds;
        log.info(`${seconds} s rendered`);
      },
    }).catch(async (error) => {
      await recorder.discard(); // half of it is not what was asked for, nor worth an older file of that name
      throw error;
    });
    const failed = (await Promise.all(failures)).filter((error) => error !== undefined);
    for (const error of failed) log.error(error);
    if (failed.length > 0) {
      await recorder.discard();
      return EXIT.failed;
    }
    const result = await recorder.close();
    const tookMs = Math.round(context.clock.nowMs() - startMs);
    if (context.flags.isOn("json")) {
      context.out(JSON.stringify({ ...result, units, tookMs, engineFaults }));
    } else {
      const speed = (result.durationMs / tookMs).toFixed(1);
      context.note(`${result.path}: ${(result.durationMs / 1000).toFixed(1)} s, ${speed}x real time`);
    }
    return EXIT.ok;
  },
};

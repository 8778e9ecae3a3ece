/**
 * The whole programme and OBS together: how far a cue in a text is from its sample when OBS has changed the scene, and what
 * is lost while it speaks. In: a running OBS. Out: figures. The programme runs in this process, as `live` runs it.
 */
import { delay, SAMPLE_RATE_HZ } from "../../../src/time/mod.ts";
import { mediaSettings } from "../../../src/obs/mod.ts";
import type { Programme } from "../../../src/programme/mod.ts";
import type { ObsRoom } from "../../../tests/system/obs/room.ts";
import { type Figure, figure, single } from "../figure.ts";
import { clock, LONG_TEXT, startProgramme } from "../programme.ts";
import { SOURCE } from "./sources.ts";

const SIZE = { width: "640", height: "360" };
const CUES = 12;
const SPEAK_MS = 30_000;
const CONNECT_MS_MAX = 10_000;
const FRAME_MS = 40;

export async function benchLive(obs: ObsRoom, kind: "plugin" | "media"): Promise<Figure[]> {
  const folder = await Deno.makeTempDir({ prefix: "lipcam-bench-" });
  Deno.env.set("LIPCAM_OBS_PASSWORD", obs.password);
  try {
    await using programme = await startProgramme({
      ...{ ...SIZE, sound: "none", camera: "none", "obs.connect": "true", "obs.url": obs.url },
      "obs.socket": `${folder}/obs.sock`,
    });
    const client = await obs.connect();
    for (const sceneName of ["A", "B"]) await client.call("CreateScene", { sceneName });
    const { path, url } = programme.state().obs.feed!.places.find((place) => place.kind === kind)!;
    const made = kind === "plugin"
      ? { inputKind: "lipcam_source", inputSettings: { socket: path! } }
      : { inputKind: "ffmpeg_source", inputSettings: mediaSettings(url) };
    await client.call("CreateInput", { sceneName: "A", inputName: SOURCE, ...made });
    await client.call("CreateSceneItem", { sceneName: "B", sourceName: SOURCE });
    await client.call("SetCurrentSceneTransition", { transitionName: "Cut" });
    await client.call("SetCurrentProgramScene", { sceneName: "A" });
    for (
      const endMs = clock.nowMs() + CONNECT_MS_MAX;
      programme.state().obs.director?.state !== "connected";
    ) {
      if (clock.nowMs() > endMs) throw new Error("the programme did not connect to OBS");
      await delay(50);
    }
    const changedMs: number[] = [];
    client.on("CurrentProgramSceneChanged", () => changedMs.push(clock.nowMs()));
    const offsets = await cueOffsets(programme, changedMs);
    const [laggedBefore, statsBefore] = [
      programme.state().picture.laggedFrames,
      await client.call("GetStats"),
    ];
    programme.say(LONG_TEXT);
    await delay(SPEAK_MS);
    const { picture } = programme.state();
    const stats = await client.call("GetStats");
    programme.interrupt();
    await client.disconnect();
    const none = { target: "0", reaches: ({ p50 }: { p50: number }) => p50 === 0 };
    return [
      figure("a cue's sample handed over to OBS's scene changed", "ms", offsets, {
        target: `max <= ${FRAME_MS}, one frame`,
        reaches: ({ max }) => max <= FRAME_MS,
      }),
      single("lagged frames, 30 s of speech at 640x360", "", picture.laggedFrames - laggedBefore, none),
      single(
        "frames that OBS missed meanwhile",
        "",
        stats.renderSkippedFrames - statsBefore.renderSkippedFrames,
        none,
      ),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** From each cue's sample to OBS saying that the scene has changed, in ms. */
async function cueOffsets(programme: Programme, changedMs: number[]): Promise<number[]> {
  const offsets: number[] = [];
  const ending = new AbortController();
  const events = programme.events.listen(ending.signal).getReader();
  for (let nth = 0; nth < CUES; nth++) {
    changedMs.length = 0;
    const scene = nth % 2 === 0 ? "B" : "A";
    const { id, outcome } = programme.say(
      `Well, then${", and then".repeat(nth % 4)} [scene:${scene}] comes this.`,
    );
    const firstMs = await firstUnitMs(programme, id);
    await outcome;
    for (let isOver = false; !isOver;) {
      const { value } = await events.read();
      if (value?.kind === "cue") {
        offsets.push(changedMs[0]! - firstMs - value.startSample * 1000 / SAMPLE_RATE_HZ);
      }
      isOver = value?.kind === "utterance_end";
    }
  }
  ending.abort();
  return offsets;
}

/** When the first unit of an utterance was handed over. */
async function firstUnitMs(programme: Programme, utterance: number): Promise<number> {
  const { units } = programme.memory;
  for (let unit = units.published;; unit++) {
    while (units.published <= unit) await units.available(unit, 100);
    const slot = units.at(unit);
    if (slot?.utterance === utterance) return slot.monotonicMs;
  }
}

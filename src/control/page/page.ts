/**
 * The studio: wires picture, say box, panels and keys to the API. It is let in by a cookie that came with the page; where
 * that is missing (the page was opened by a link on another site) one reload fetches it.
 */
/// <reference lib="dom" />
import { get, post, type ProgrammeState, reason } from "./api.ts";
import { Charts } from "./charts.ts";
import { element, press } from "./dom.ts";
import { FilesIn } from "./files_in.ts";
import { History, type Said } from "./history.ts";
import { listen } from "./keys.ts";
import { Look } from "./look.ts";
import { Microphone } from "./microphone.ts";
import { showObs } from "./obs.ts";
import { ProgrammeView, type Timing } from "./programme_view.ts";
import { Recordings } from "./recordings.ts";
import { SayBox } from "./say_box.ts";
import { Settings } from "./settings.ts";
import { showFindings, showStatus } from "./status.ts";
import { type SpeechEvent, Subtitles } from "./subtitles.ts";
import { Tabs } from "./tabs.ts";
import { Voices } from "./voices.ts";
import { currentLanguage, type Language, placeWords, speak, type Word, word } from "./words.ts";

const AGAIN_MS = 2000;
const OBS_LOOK_MS = 3000;

const notice = (line: string) => void (element("notice").textContent = line);
const attempt = (deed: () => Promise<unknown>) =>
  void deed().then(() => notice(""), (error) => notice(word("notDone", { why: reason(error) })));

let state: ProgrammeState = {};
let timing: Timing = { fps: 25, crossfadeMs: 160 };
/** Words come with the frames where there is a sync channel, which is what is seen here; else as the loudspeaker plays them. */
let hasNotes = false;

const subtitles = new Subtitles(element("subtitles"));
const charts = new Charts();
const look = new Look(attempt);
const voices = new Voices(attempt);
const recordings = new Recordings();
const settings = new Settings((key) => {
  document.documentElement.dataset["theme"] = settings.values.theme;
  if (key === "signalling") view.reopen();
  if (key === "volume" || key === "delayMs") view.applySettings();
});
const view = new ProgrammeView(() => settings.values, (note) => {
  hasNotes = true;
  for (const event of note.events) subtitles.hear(event);
});
const said = new History((what) => void again(what));
const sayBox = new SayBox({ say, recall: (step) => said.recall(step) });
const tabs = new Tabs((tab) => {
  if (tab === "obs") attempt(() => showObs(attempt));
  if (tab === "files") attempt(() => recordings.show());
});
const files = new FilesIn({
  notice,
  onSaid(utterance, file) {
    said.add(utterance, { text: file.name, file });
    view.speakFile(file, utterance, timing).catch((error) =>
      notice(word("notHeard", { why: reason(error) }))
    );
  },
  onAvatar: () => look.loadAvatars(),
});
const microphone = new Microphone(() => {
  view.mute(wasMuted);
  showMicrophone();
});
let wasMuted = false;

/** Answers whether it was taken. */
async function say(text: string): Promise<boolean> {
  try {
    const { utterance } = await post<{ utterance: number }>("/v1/say", { text });
    said.add(utterance, { text });
    notice("");
    return true;
  } catch (error) {
    notice(word("notSaid", { why: reason(error) }));
    return false;
  }
}

async function again({ text, file }: Said): Promise<void> {
  if (file === undefined) await say(text);
  else await files.take(file);
}

const interrupt = () =>
  attempt(async () => {
    const { kept } = await post<{ kept: number[] }>("/v1/interrupt");
    if (kept.length > 0) throw new Error(word("protected"));
  });
const hold = () => attempt(() => post("/v1/hold"));
const panic = () => attempt(() => post("/v1/panic"));
const record = () => attempt(() => recordings.toggle());
const talk = () =>
  attempt(async () => {
    if (microphone.isOn) return microphone.stop();
    wasMuted = view.isMuted;
    view.mute(true); // nobody can speak while hearing himself a little later
    try {
      await microphone.start();
    } catch (error) {
      view.mute(wasMuted);
      throw error;
    } finally {
      showMicrophone();
    }
  });

function showMicrophone(): void {
  toggled("talk", microphone.isOn, "stopTalk", "talk");
}

function toggled(id: string, isOn: boolean, on: Word, off: Word): void {
  press(element(id), isOn);
  element(id).querySelector("[data-words]")!.textContent = word(isOn ? on : off);
}

function showPhase(phase: string): void {
  const pill = element("phase");
  const isAway = phase === "connecting" || phase === "stopped";
  const text = ["idle", "speaking", "paused", "connecting", "stopped"].includes(phase)
    ? word(phase as Word)
    : phase;
  if (pill.textContent !== text) pill.textContent = text;
  pill.dataset["phase"] = isAway ? "away" : phase;
}

function showState(now: ProgrammeState): void {
  state = now;
  showPhase(now.picture?.phase ?? "idle");
  element("avatar").textContent = now.avatar ?? "";
  showStatus(now, view.numbers);
  look.show(now);
  toggled("hold", now.still?.isHeld === true, "goOn", "hold");
  toggled("panic", now.still?.isPanic === true, "calm", "panic");
  charts.add({
    fps: now.picture?.fps,
    lagged: now.picture?.laggedFrames,
    skew: now.picture?.skewMs,
    latency: now.sound?.latencyMs,
    queue: now.speech?.queued,
    kilobits: view.numbers?.kilobits,
  });
  void view.look();
}

async function opened(): Promise<void> {
  if (location.search !== "") globalThis.history.replaceState(null, "", "/"); // let in: "again" may be used again
  said.forgetNumbers();
  hasNotes = false;
  view.open(await get("/v1/webrtc"));
  timing = await get<Timing>("/v1/config");
  await Promise.all([look.load(), voices.load(), recordings.show()]);
}

function connect(): void {
  const source = new EventSource("/v1/events?state");
  source.addEventListener("open", () => attempt(opened));
  source.addEventListener("error", async () => {
    microphone.stop();
    view.close();
    if (source.readyState !== EventSource.CLOSED) return showPhase("connecting"); // it tries again by itself
    element("away").textContent = word("stateAway");
    showPhase("stopped");
    const status = await fetch("/v1/state").then((response) => response.status, () => 0);
    // another programme, another cookie; once is enough, a second reload would bring nothing new
    if (status === 401 && !location.search.includes("again")) location.replace("/?again");
    else setTimeout(connect, AGAIN_MS);
  });
  source.addEventListener("state", (event) => showState(JSON.parse(event.data)));
  for (const kind of ["utterance_start", "segment", "word", "utterance_end"]) {
    source.addEventListener(kind, (event) => {
      const heard: SpeechEvent = JSON.parse(event.data);
      if (!hasNotes) subtitles.hear(heard);
      said.hear(heard);
      if (kind === "utterance_start") showPhase("speaking"); // sooner than the next state says so
      if (kind !== "utterance_end") return;
      showPhase("idle");
      view.ended(heard.utterance);
    });
  }
}

for (const [id, run] of Object.entries({ interrupt, hold, panic, record, talk })) {
  element(id).addEventListener("click", run);
}
element("examine").addEventListener("click", () => void showFindings());
const language = element<HTMLSelectElement>("language");
language.addEventListener("change", () => {
  speak(language.value as Language);
  said.retell();
  charts.retell();
  voices.retell();
  view.retell();
  showMicrophone();
  showState(state);
  attempt(() => recordings.show());
  if (tabs.shown === "obs") attempt(() => showObs(attempt));
});
listen([
  { key: "Escape", label: "interrupt", run: interrupt },
  { key: "s", label: "keyBox", run: () => sayBox.focus() },
  { key: "m", label: "mute", run: () => view.toggleMute() },
  { key: "f", label: "full", run: () => view.toggleFull() },
  { key: "r", label: "record", run: record },
  { key: "t", label: "talk", run: talk },
  { key: "h", label: "hold", run: hold },
  { key: "p", label: "panic", run: panic },
]);
setInterval(() => {
  if (tabs.shown === "obs" && !document.hidden) void showObs(attempt).catch(() => {}); // the state line says why
}, OBS_LOOK_MS);

language.value = currentLanguage();
document.documentElement.dataset["theme"] = settings.values.theme;
placeWords();
showPhase("connecting");
// on a phone the keyboard would cover the picture
if (matchMedia("(pointer: fine)").matches) sayBox.focus();
connect();

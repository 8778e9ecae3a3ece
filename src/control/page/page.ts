/**
 * The studio: wires picture, say box, panels and keys to the API. It is let in by a cookie that came with the page; where
 * that is missing (the page was opened by a link on another site) one reload fetches it.
 */
/// <reference lib="dom" />
import { get, post, type ProgrammeState, reason } from "./api.ts";
import { CaptionWay } from "./caption_way.ts";
import { Charts } from "./charts.ts";
import { element, press, tell } from "./dom.ts";
import { FilesIn } from "./files_in.ts";
import { showFindings } from "./findings.ts";
import { History, type Said } from "./history.ts";
import { listen } from "./keys.ts";
import { Look } from "./look.ts";
import { ObsPanel } from "./obs.ts";
import { ProgrammeLink } from "./programme_link.ts";
import { ProgrammeView, type Timing } from "./programme_view.ts";
import { Recordings } from "./recordings.ts";
import { SayBox } from "./say_box.ts";
import { Settings } from "./settings.ts";
import { StatusPanel } from "./status.ts";
import { type SpeechEvent, Subtitles } from "./subtitles.ts";
import { Tabs } from "./tabs.ts";
import { Talk } from "./talk.ts";
import { Voices } from "./voices.ts";
import { WishedSwitch } from "./wished_switch.ts";
import { currentLanguage, type Language, placeWords, speak, type Word, word } from "./words.ts";

/** What the page needs of the programme's settings. */
interface ProgrammeSettings extends Timing {
  readonly uploadMegabytesMax: number;
}

const OBS_LOOK_MS = 3000;
/** Phases that have a word of their own; another one is shown as the programme names it. */
const PHASES: readonly string[] = ["idle", "speaking", "paused", "held", "connecting", "stopped"];

function notice(line: string, kind: "good" | "bad" = "bad"): void {
  element("notice").textContent = line;
  element("notice").dataset["kind"] = kind;
}
const attempt = (deed: () => Promise<unknown>) =>
  void deed().then(() => notice(""), (error) => notice(word("notDone", { why: reason(error) })));

let state: ProgrammeState = {};
let programme: ProgrammeSettings | undefined;

const subtitles = new Subtitles(element("subtitles"));
const captions = new CaptionWay((event) => subtitles.hear(event));
const charts = new Charts();
const status = new StatusPanel();
const look = new Look(attempt);
const voices = new Voices(attempt);
const recordings = new Recordings();
const obs = new ObsPanel(attempt);
const settings = new Settings((key) => {
  document.documentElement.dataset["theme"] = settings.values.theme;
  if (key === "signalling") view.reopen();
  if (key === "volume" || key === "delayMs") view.applySettings();
});
const view = new ProgrammeView(() => settings.values, (note) => captions.take(note));
const said = new History((what) => void again(what));
const sayBox = new SayBox({
  say,
  onNothing: () => notice(word("nothingTyped")),
  recall: (step) => said.recall(step),
});
const tabs = new Tabs((tab) => {
  if (tab === "obs") attempt(() => obs.show());
  if (tab === "files") attempt(() => recordings.show());
});
const files = new FilesIn({
  notice,
  megabytesMax: () => programme?.uploadMegabytesMax,
  onSaid(utterance, file) {
    said.add(utterance, { text: file.name, file });
    if (programme === undefined) return;
    view.speakFile(file, utterance, programme).catch((error) =>
      notice(word("notHeard", { why: reason(error) }))
    );
  },
  isTaken: (id) => look.has(id),
  loadAvatars: () => look.loadAvatars(),
});
const microphone = new Talk({
  view,
  show: (now) => toggled("talk", now !== "off", "stopTalk", "talk"), // while it starts a press calls it off
});
const holding = stillSwitch("hold", "isHeld", "goOn");
const panicking = stillSwitch("panic", "isPanic", "calm");

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
const hold = () => attempt(() => holding.press());
const panic = () => attempt(() => panicking.press());
const record = () => attempt(() => recordings.press());
const talk = () => attempt(() => microphone.press());

/** `label`: of the button that ends it. */
function stillSwitch(id: "hold" | "panic", is: "isHeld" | "isPanic", label: Word): WishedSwitch {
  return new WishedSwitch(async (isOn) => {
    const still = await post<Record<typeof is, boolean>>(`/v1/${id}`, { on: isOn });
    state = { ...state, still };
    return still[is];
  }, (isOn) => toggled(id, isOn, label, id));
}

function toggled(id: string, isOn: boolean, on: Word, off: Word): void {
  press(element(id), isOn);
  const label = element(id).querySelector<HTMLElement>("[data-words]")!;
  label.dataset["words"] = isOn ? on : off;
  label.textContent = word(isOn ? on : off);
}

function showPhase(phase: string): void {
  const pill = element("phase");
  const isAway = phase === "connecting" || phase === "stopped";
  const text = PHASES.includes(phase) ? word(phase as Word) : phase;
  tell(pill, text);
  pill.dataset["phase"] = isAway ? "away" : phase;
}

function showState(now: ProgrammeState): void {
  const laggedBefore = state.picture?.laggedFrames ?? now.picture?.laggedFrames ?? 0;
  const { utterance, text = "" } = now.speech?.speaking ?? {};
  state = now;
  if (utterance !== undefined && text !== "") {
    said.adopt(utterance, text);
    subtitles.adopt(text);
  }
  showInWords(now);
  if (now.recording !== undefined && programme !== undefined) recordings.hear(now.recording, programme.fps);
  charts.add({
    fps: now.picture?.fps,
    lagged: Math.max(0, (now.picture?.laggedFrames ?? 0) - laggedBefore), // fewer: it was started anew
    skew: now.picture?.skewMs,
    latency: now.sound?.latencyMs,
    queue: now.speech?.queued,
    kilobits: view.numbers?.kilobits,
  });
  void view.look();
}

/** Everything of a state that is words. */
function showInWords(now: ProgrammeState): void {
  showPhase(now.picture?.phase ?? "idle");
  status.show(now, view.numbers);
  look.show(now);
  holding.hear(now.still?.isHeld === true);
  panicking.hear(now.still?.isPanic === true);
}

async function opened(): Promise<void> {
  said.forgetNumbers();
  view.open(await get("/v1/webrtc"));
  programme = await get<ProgrammeSettings>("/v1/config");
  await Promise.all([look.load(), voices.load(), recordings.show()]);
}

function hear(event: SpeechEvent): void {
  captions.hear(event);
  said.hear(event);
  if (event.kind === "utterance_start") showPhase("speaking"); // sooner than the next state says so
  if (event.kind !== "utterance_end") return;
  showPhase("idle");
  view.ended(event.utterance);
}

const link = new ProgrammeLink({
  onOpen: () => attempt(opened),
  onLost(why) {
    microphone.stop();
    view.close(why === "shut" ? "stateShut" : "stateAway");
    subtitles.clear();
    charts.lose();
    status.lose();
    showPhase("stopped");
  },
  onState: showState,
  onSpeech: hear,
});

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
  look.retell();
  sayBox.retell();
  view.retell();
  if (view.isOpen) showInWords(state);
  else showPhase("stopped");
  attempt(() => recordings.show());
  if (tabs.shown === "obs") attempt(() => obs.show());
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
], () => settings.values.hasKeys);
setInterval(() => {
  if (tabs.shown === "obs" && !document.hidden) void obs.show().catch(() => {}); // the state line says why
}, OBS_LOOK_MS);
addEventListener("pagehide", () => view.close("waiting")); // else its place among the viewers is taken for a while longer
addEventListener("pageshow", (event) => (event as PageTransitionEvent).persisted && location.reload());

language.value = currentLanguage();
document.documentElement.dataset["theme"] = settings.values.theme;
placeWords();
showPhase("connecting");
// on a phone the keyboard would cover the picture
if (matchMedia("(pointer: fine)").matches) sayBox.focus({ preventScroll: true }); // the picture stays in sight
link.open();

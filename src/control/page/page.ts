/**
 * The studio: wires picture, say box, panels and keys to the API. It is let in by a cookie that came with the page; where
 * that is missing (the page was opened by a link on another site) one reload fetches it.
 */
/// <reference lib="dom" />
import { get, post, type ProgrammeState, reason } from "./api.ts";
import { Charts } from "./charts.ts";
import { element, press } from "./dom.ts";
import { FilesIn } from "./files_in.ts";
import { History } from "./history.ts";
import { listen } from "./keys.ts";
import { Look } from "./look.ts";
import { showObs } from "./obs.ts";
import { ProgrammeView } from "./programme_view.ts";
import { showRecordings, toggleRecording } from "./recordings.ts";
import { showFindings, showStatus } from "./status.ts";
import { type SpeechEvent, Subtitles } from "./subtitles.ts";
import { Tabs } from "./tabs.ts";
import { currentLanguage, type Language, placeWords, speak, type Word, word } from "./words.ts";

const AGAIN_MS = 2000;
const OBS_LOOK_MS = 3000;

const text = element<HTMLTextAreaElement>("text");
const notice = (line: string) => void (element("notice").textContent = line);
const attempt = (deed: () => Promise<unknown>) =>
  void deed().then(() => notice(""), (error) => notice(word("notDone", { why: reason(error) })));

let state: ProgrammeState = {};
/** Words come with the frames where there is a sync channel, which is what is seen here; else as the loudspeaker plays them. */
let hasNotes = false;

const subtitles = new Subtitles(element("subtitles"));
const said = new History(element("history"), element("nothing"), (what) => void say(what));
const charts = new Charts();
const look = new Look(attempt);
const view = new ProgrammeView((note) => {
  hasNotes = true;
  for (const event of note.events) subtitles.hear(event);
});
const tabs = new Tabs((tab) => {
  if (tab === "obs") attempt(() => showObs(attempt));
  if (tab === "files") attempt(showRecordings);
});
new FilesIn({
  notice,
  onSaid: (utterance, name) => said.add(utterance, name),
  onAvatar: () => look.loadAvatars(),
});

/** Answers whether it was taken. */
async function say(what: string): Promise<boolean> {
  try {
    const { utterance } = await post<{ utterance: number }>("/v1/say", { text: what });
    said.add(utterance, what);
    notice("");
    return true;
  } catch (error) {
    notice(word("notSaid", { why: reason(error) }));
    return false;
  }
}

async function send(): Promise<void> {
  const what = text.value.trim();
  if (what !== "" && await say(what)) text.value = "";
  text.focus();
}

const interrupt = () =>
  attempt(async () => {
    const { kept } = await post<{ kept: number[] }>("/v1/interrupt");
    if (kept.length > 0) throw new Error(word("protected"));
  });
const hold = () => attempt(() => post("/v1/hold"));
const panic = () => attempt(() => post("/v1/panic"));
const record = () => attempt(toggleRecording);

function showPhase(phase: string): void {
  const pill = element("phase");
  const isAway = phase === "connecting" || phase === "stopped";
  pill.textContent = ["idle", "speaking", "paused", "connecting", "stopped"].includes(phase)
    ? word(phase as Word)
    : phase;
  pill.dataset["phase"] = isAway ? "away" : phase;
}

function showState(now: ProgrammeState): void {
  state = now;
  showPhase(now.picture?.phase ?? "idle");
  element("avatar").textContent = now.avatar ?? "";
  showStatus(now, view.numbers);
  look.show(now);
  const toggle = (id: string, isOn: boolean, on: Word, off: Word) => {
    press(element(id), isOn);
    element(id).querySelector("[data-words]")!.textContent = word(isOn ? on : off);
  };
  toggle("hold", now.still?.isHeld === true, "goOn", "hold");
  toggle("panic", now.still?.isPanic === true, "calm", "panic");
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
  view.open(await get("/v1/webrtc"));
  await Promise.all([look.load(), showRecordings()]);
}

function connect(): void {
  const source = new EventSource("/v1/events?state");
  source.addEventListener("open", () => attempt(opened));
  source.addEventListener("error", async () => {
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
      if (kind === "utterance_end") showPhase("idle");
    });
  }
}

element("say").addEventListener("submit", (event) => {
  event.preventDefault();
  void send();
});
text.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // while an input method composes, Enter and the arrows are its own
  const isFirst = text.selectionStart === 0 && text.selectionEnd === 0;
  const isLast = text.selectionEnd === text.value.length;
  if (event.key === "Enter" && !event.shiftKey) void send();
  else if (event.key === "ArrowUp" && isFirst) text.value = said.recall(1);
  else if (event.key === "ArrowDown" && isLast) text.value = said.recall(-1);
  else return;
  if (event.key === "ArrowUp") text.setSelectionRange(0, 0);
  event.preventDefault();
});
for (const [id, run] of Object.entries({ interrupt, hold, panic, record })) {
  element(id).addEventListener("click", run);
}
element("examine").addEventListener("click", () => void showFindings());
const language = element<HTMLSelectElement>("language");
language.addEventListener("change", () => {
  speak(language.value as Language);
  said.retell();
  charts.relabel();
  view.retell();
  showState(state);
});
listen([
  { key: "Escape", label: "interrupt", run: interrupt },
  { key: "s", label: "keyBox", run: () => text.focus() },
  { key: "m", label: "mute", run: () => view.toggleMute() },
  { key: "f", label: "full", run: () => view.toggleFull() },
  { key: "r", label: "record", run: record },
  { key: "h", label: "hold", run: hold },
  { key: "p", label: "panic", run: panic },
]);
setInterval(() => {
  if (tabs.shown === "obs" && !document.hidden) void showObs(attempt).catch(() => {}); // the state line says why
}, OBS_LOOK_MS);

language.value = currentLanguage();
placeWords();
showPhase("connecting");
// on a phone the keyboard would cover the picture
if (matchMedia("(pointer: fine)").matches) text.focus();
connect();

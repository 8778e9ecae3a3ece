/**
 * The control page: wires the picture, the say box, the status and the subtitles to the API. It is let in by a cookie that
 * came with the page; where that is missing (the page was opened by a link on another site) one reload fetches it.
 */
import { History } from "./history.js";
import { showNotes, showStatus } from "./status.js";
import { Subtitles } from "./subtitles.js";

const AGAIN_MS = 2000;

const element = (id) => document.getElementById(id);
const [picture, away, phase, notice, text] = ["picture", "away", "phase", "notice", "text"].map(element);
const subtitles = new Subtitles(element("subtitles"));
const said = new History(element("history"), element("nothing"), say);

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? `status ${response.status}`);
  return answer;
}

/** Answers whether it was taken. */
async function say(what) {
  try {
    const { utterance } = await post("/v1/say", { text: what });
    said.add(utterance, what);
    notice.textContent = "";
    return true;
  } catch (error) {
    notice.textContent = `Not said: ${error.message}`;
    return false;
  }
}

async function interrupt() {
  try {
    const { kept } = await post("/v1/interrupt", {});
    notice.textContent = kept.length > 0 ? "What is being said may not be interrupted." : "";
  } catch (error) {
    notice.textContent = `Not interrupted: ${error.message}`;
  }
}

async function send() {
  const what = text.value.trim();
  if (what !== "" && await say(what)) text.value = "";
  text.focus();
}

element("say").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
element("interrupt").addEventListener("click", interrupt);
addEventListener("keydown", (event) => {
  if (event.key === "Escape") interrupt();
});
text.addEventListener("keydown", (event) => {
  // while an input method composes, Enter and the arrows are its own
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send();
  } else if (event.key === "ArrowUp" && text.selectionStart === 0 && text.selectionEnd === 0) {
    text.value = said.recall(1);
    text.setSelectionRange(0, 0);
    event.preventDefault();
  } else if (event.key === "ArrowDown" && text.selectionEnd === text.value.length) {
    text.value = said.recall(-1);
    event.preventDefault();
  }
});

function showPhase(name) {
  phase.textContent = name;
  phase.dataset.phase = name === "connecting" || name === "stopped" ? "away" : name;
}

function showState(state) {
  showPhase(state.picture?.phase ?? "running");
  element("avatar").textContent = state.avatar ?? "";
  showStatus(element("status"), state);
  showNotes(element("notes"), state.notes);
}

function showPicture(isThere) {
  picture.hidden = !isThere;
  away.hidden = isThere;
}

function connect() {
  const source = new EventSource("/v1/events?state");
  source.addEventListener("open", () => {
    if (location.search !== "") globalThis.history.replaceState(null, "", "/"); // let in: "again" may be used again
    picture.src = `/preview.mjpeg?${performance.now()}`; // a new address, or the browser keeps the dead stream
    showPicture(true);
  });
  source.addEventListener("error", async () => {
    showPicture(false);
    if (source.readyState !== EventSource.CLOSED) return showPhase("connecting"); // it tries again by itself
    away.textContent = "The programme is not there. This page goes on when it is started again.";
    showPhase("stopped");
    const status = await fetch("/v1/state").then((response) => response.status, () => 0);
    // another programme, another cookie; once is enough, a second reload would bring nothing new
    if (status === 401 && !location.search.includes("again")) location.replace("/?again");
    else setTimeout(connect, AGAIN_MS);
  });
  source.addEventListener("state", (event) => showState(JSON.parse(event.data)));
  for (const kind of ["utterance_start", "segment", "word", "utterance_end"]) {
    source.addEventListener(kind, (event) => {
      const heard = JSON.parse(event.data);
      subtitles.hear(heard);
      said.hear(heard);
      if (kind === "utterance_start") showPhase("speaking"); // sooner than the next state says so
      if (kind === "utterance_end") showPhase("idle");
    });
  }
}

// on a phone the keyboard would cover the picture
if (matchMedia("(pointer: fine)").matches) text.focus();
picture.addEventListener("error", () => showPicture(false));
connect();

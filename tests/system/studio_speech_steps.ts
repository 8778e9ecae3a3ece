/** The studio's steps about speech: the say box, what was said, the microphone, files, what is seen and heard meanwhile. */
/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import { wavBytes } from "../fakes/wav.ts";
import { until } from "./live_process.ts";
import { LONG, phaseIs, say, silence, speechFile, textOf } from "./studio_page.ts";
import { type Place, stateIs, type Step, takesOneMore } from "./studio_place.ts";
import { framesSeen, loudness, mouthMotion } from "./studio_probes.ts";

const HEARD = 0.01;
/** What is muted fades over some hundredths of a second. */
const SILENT = 0.0005;
const LONGER_THAN_A_PAUSE_MS = 1200;

/** Whatever the step before has left: it speaks now, and for a while. */
async function speaking(place: Place): Promise<void> {
  await silence(place.programme);
  await say(place.page, `${LONG} ${LONG}`);
  await stateIs(place, "speaking", ({ speech }) => speech.speaking !== undefined);
}

async function lettingItBeHeard(place: Place): Promise<void> {
  const { page } = place;
  await speaking(place);
  assertEquals(await loudness(page), 0, "nothing is heard before somebody allows it");
  await page.click("#unmute");
  await until("sound", 5000, async () => await loudness(page) > HEARD);
  assert(!await page.isVisible("#unmute"));
}

async function muteAndVolume(place: Place): Promise<void> {
  const { page } = place;
  await speaking(place);
  for (const silenced of ["#mute", "key m", "#volume"]) {
    const turn = async (isOn: boolean) => {
      if (silenced === "#volume") await page.fill("#volume", isOn ? "0" : "100");
      else if (silenced === "#mute") await page.click("#mute");
      else await page.locator("#mute").press("m");
    };
    await turn(true);
    await until(
      `silence by ${silenced}`,
      6000,
      async () => await loudness(page, LONGER_THAN_A_PAUSE_MS) < SILENT,
    );
    await turn(false);
    await until(`sound again by ${silenced}`, 6000, async () => await loudness(page) > HEARD);
  }
}

async function wordsLightUp(place: Place): Promise<void> {
  const { page } = place;
  await speaking(place);
  const words = new Set<string>();
  await until("four words lit, one after the other", 8000, async () => {
    const word = await page.textContent("#subtitles .now");
    if (word) words.add(word);
    return words.size >= 4;
  });
}

async function mouthMoves(place: Place): Promise<void> {
  const { page, programme } = place;
  await speaking(place);
  const before = await framesSeen(page);
  const spoken = await mouthMotion(page, 3000);
  assert(await framesSeen(page) > before + 20, "frames advance");
  await silence(programme);
  await page.waitForTimeout(500); // the mouth closes
  const silent = await mouthMotion(page, 2000);
  assert(spoken > 2 * silent + 1, `the mouth moves by ${spoken} while it speaks, ${silent} in silence`);
}

async function sayAndInterrupt(place: Place): Promise<void> {
  const { page } = place;
  const text = "Something that is said by a click, and long enough to be cut off.";
  await page.fill("#text", text);
  await takesOneMore(place, () => page.click("#say button[type=submit]"));
  const { speech } = await stateIs(place, "speaking", ({ speech }) => speech.speaking !== undefined);
  assert(text.includes(speech.speaking!.text), speech.speaking!.text);
  assertEquals(await page.inputValue("#text"), "");
  await page.waitForSelector("#history li:first-child[data-how=speaking]");
  await page.click("#interrupt");
  await stateIs(
    place,
    "cut off",
    (now) => now.speech.interrupts > speech.interrupts && now.speech.speaking === undefined,
  );
  await page.waitForSelector("#history li:first-child[data-how=interrupted]");
  await say(page, text);
  await phaseIs(page, "speaking");
  await page.press("#text", "Escape");
  await stateIs(place, "cut off by a key", (now) => now.speech.speaking === undefined);
}

async function nothingIsSaid({ page, programme }: Place): Promise<void> {
  const { speech } = await programme.state();
  await page.fill("#text", "   ");
  await page.press("#text", "Enter");
  await until("a hint", 3000, async () => (await textOf(page, "notice")).includes("Type something"));
  assertEquals((await programme.state()).speech.accepted, speech.accepted);
  await page.fill("#text", "");
}

async function saidBefore(place: Place): Promise<void> {
  const { page, programme } = place;
  for (const text of ["One.", "Two."]) {
    await takesOneMore(place, () => say(page, text));
    await page.waitForSelector(`#history li:first-child:has-text("${text}")`);
  }
  await page.fill("#text", "half a thought");
  await page.press("#text", "Home");
  for (const [key, shown] of [["ArrowUp", "Two."], ["ArrowUp", "One."], ["ArrowDown", "Two."]] as const) {
    await page.press("#text", key);
    assertEquals(await page.inputValue("#text"), shown);
  }
  await page.press("#text", "ArrowDown");
  assertEquals(await page.inputValue("#text"), "half a thought");
  await page.fill("#text", "");
  await takesOneMore(place, () => page.click("#history li:nth-child(2) button"));
  await silence(programme);
  await page.click("#forget");
  assertEquals(await page.locator("#history li").count(), 0);
  assertEquals(await page.evaluate(() => localStorage.getItem("lipcam-said")), "[]");
}

async function microphone(place: Place): Promise<void> {
  const { page } = place;
  await takesOneMore(place, () => page.click("#talk"));
  await stateIs(place, "the microphone speaks", ({ speech }) => speech.speaking !== undefined);
  assertEquals(await page.getAttribute("#talk", "aria-pressed"), "true");
  assertEquals(await page.getAttribute("#mute", "aria-pressed"), "true", "nobody hears himself");
  await page.click("#talk");
  await stateIs(place, "it has ended", ({ speech }) => speech.speaking === undefined && speech.queued === 0);
  assertEquals(await page.getAttribute("#mute", "aria-pressed"), "false");
}

async function microphoneCalledOff(place: Place): Promise<void> {
  const { page, programme } = place;
  const [{ speech }, isMuted] = [await programme.state(), await page.getAttribute("#mute", "aria-pressed")];
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const lend = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wish) => {
      await new Promise((resolve) => setTimeout(resolve, 500)); // somebody reads what the browser asks
      const stream = await lend(wish);
      Object.assign(globalThis, { lentTrack: stream.getTracks()[0] });
      return stream;
    };
  });
  await page.click("#talk");
  await page.waitForSelector("#talk[aria-pressed=true]");
  await page.click("#talk");
  await page.waitForSelector("#talk[aria-pressed=false]");
  assertEquals(await page.getAttribute("#mute", "aria-pressed"), isMuted);
  const closed = () =>
    page.evaluate(() => (globalThis as { lentTrack?: MediaStreamTrack }).lentTrack?.readyState === "ended");
  await until("what was lent is given back", 5000, closed);
  assertEquals((await programme.state()).speech.accepted, speech.accepted, "nothing was said");
}

async function soundFile(place: Place): Promise<void> {
  const { page, room, programme } = place;
  const path = `${room.folder}/four seconds.wav`;
  await speechFile(path, 0.2, 4);
  const choosing = page.waitForEvent("filechooser");
  await page.click("label.file");
  const chooser = await choosing;
  await takesOneMore(place, () => chooser.setFiles(path));
  await page.waitForSelector("#history li:first-child:has-text('four seconds.wav')");
  await phaseIs(page, "speaking");
  await silence(programme);
  await takesOneMore(place, () => page.click("#history li:first-child button"));
  await silence(programme);
}

async function drop({ page }: Place, name: string, type: string, bytes: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle(({ name, type, text }) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    return transfer;
  }, { name, type, text: bytes.toBase64() });
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await page.waitForSelector("#drop:visible");
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  await page.waitForSelector("#drop", { state: "hidden" });
}

async function dropped(place: Place): Promise<void> {
  const { page, programme } = place;
  const tone = Float32Array.from({ length: 16_000 }, (_, index) => 0.4 * Math.sin(index / 8));
  await takesOneMore(place, () => drop(place, "tone.wav", "audio/wav", wavBytes(tone, 16_000)));
  await silence(programme);
  const { speech } = await programme.state();
  for (
    const [name, type, says] of [["notes.txt", "text/plain", "cannot be used"], [
      "false.wav",
      "audio/wav",
      "not of a kind",
    ]]
  ) {
    await drop(place, name!, type!, new TextEncoder().encode("no sound"));
    await until(`${name} refused in words`, 5000, async () => (await textOf(page, "notice")).includes(says!));
  }
  assertEquals((await programme.state()).speech.accepted, speech.accepted);
}

export const SPEECH_STEPS: readonly Step[] = [
  ["nothing is heard until somebody lets it be heard", lettingItBeHeard],
  ["mute and volume, by mouse and key, silence the loudspeaker", muteAndVolume],
  ["words light up one by one", wordsLightUp],
  ["frames advance and the mouth moves while it speaks", mouthMoves],
  ["a text is said by the button, cut off by the other, and by Escape", sayAndInterrupt],
  ["saying nothing says nothing and tells so", nothingIsSaid],
  ["what was said comes back by the arrows, is said again by a click, is forgotten", saidBefore],
  ["the microphone speaks and is heard by nobody who holds it", microphone],
  ["the microphone is called off while the browser still asks", microphoneCalledOff],
  ["a sound file is picked, spoken, and said again", soundFile],
  ["a file is dropped and spoken; others are refused in words", dropped],
];

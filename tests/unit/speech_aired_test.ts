/** What Speaker.aired() answers: the marks of a frame as it is handed over, before or after it is heard. */
import { assert, assertEquals } from "@std/assert";
import { type AiredMark, EspeakTts, type SpeechEvent } from "../../src/speech/mod.ts";
import { Room, SPF } from "../fakes/room.ts";

const NAMES = { plain: ["nod"], withArgument: ["scene"] };
const TEXT = "First [scene:A] comes this. [nod] Then that, and [scene:B] the end [scene:C]";

function names(marks: readonly AiredMark[]): string[] {
  return marks.map(({ mark }) => mark.kind === "cue" ? `[${mark.argument ?? mark.name}]` : mark.text);
}

Deno.test("Speaker.aired tells each mark once, in order, with where in its frame it is, whoever hears first", async () => {
  await using tts = new EspeakTts();
  for (const isHeardFirst of [false, true]) {
    const marks: { aired: AiredMark; frame: number }[] = [];
    await using room = new Room(tts, { cues: NAMES, isAired: true });
    const { outcome } = room.speaker.say(TEXT);
    let isOver = false;
    outcome.then(() => isOver = true);
    for (let frame = 0; !isOver; await room.ring.ring.readable(2)) {
      if (room.ring.ring.peek() < 0) continue;
      const air = () => room.speaker.aired(frame).forEach((aired) => marks.push({ aired, frame }));
      if (!isHeardFirst) air();
      room.step();
      if (isHeardFirst) air();
      frame++;
    }
    assertEquals(names(marks.map(({ aired }) => aired)), [
      ...["First comes this.", "First", "[A]", "comes", "this"],
      ...["Then that, and the end", "[nod]", "Then", "that", "and", "[B]", "the", "end", "[C]"],
    ]);
    const events = room.events.filter((event): event is SpeechEvent & { kind: "cue" } =>
      event.kind === "cue"
    );
    const cues = marks.filter(({ aired }) => aired.mark.kind === "cue");
    for (const [index, { aired, frame }] of cues.entries()) {
      const at = frame * SPF + aired.offsetSamples;
      assert(aired.offsetSamples < SPF || index === cues.length - 1, `offset ${aired.offsetSamples}`);
      assertEquals(at, Math.max(at, events[index]!.startSample), "not before its sample");
      assert(at - events[index]!.startSample < SPF, "within a frame of its sample");
    }
    assert(marks.every(({ aired }) => aired.hasWords === (aired.mark.kind === "segment")));
  }
});

Deno.test("Speaker.aired tells nothing of what was interrupted before it was handed over", async () => {
  await using tts = new EspeakTts();
  await using room = new Room(tts, { cues: NAMES, isAired: true });
  room.speaker.say("One two three four five six [scene:A] seven eight.");
  await room.hearFrames(3);
  room.speaker.aired(2);
  room.speaker.interrupt();
  assertEquals(room.speaker.aired(60), []);
});

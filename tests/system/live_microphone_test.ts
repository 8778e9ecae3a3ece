/**
 * `live --mic` heard as a call hears it: the virtual microphone carries what the programme says, the speakers only
 * where they are asked to, and nothing of it is left behind.
 */
import { assert, assertEquals } from "@std/assert";
import { clock, LiveProcess, Room } from "./live_process.ts";
import { pactl, PrivatePulse, skipWithoutPulse } from "./pulse.ts";
import { loudSpan, Recording } from "./sound_recording.ts";

const ignore = skipWithoutPulse();
const HEARD_MS_MAX = 15_000;
const LOUD = 1000;

for (const isMonitored of [false, true]) {
  Deno.test({
    name: `live --mic: the microphone carries the voice, the speakers ${isMonitored ? "too" : "do not"}`,
    ignore,
    async fn() {
      await using _pulse = await PrivatePulse.start();
      using room = new Room();
      const args = ["--mic", "--camera", "none", "--say", "Good morning, everybody. This is a microphone."];
      const env = { LIPCAM_MIC_MONITOR: String(isMonitored) };
      await using live = await LiveProcess.start(room, args, { env });
      // Not before: a recording of the default source moves along when the microphone becomes the default.
      await using speakers = new Recording("speakers.monitor", clock);
      await using microphone = new Recording("lipcam_microphone", clock);
      const loudMs = ({ samples }: Recording) =>
        samples.filter((sample) => Math.abs(sample) > LOUD).length / 48;
      assert(
        await microphone.until(() => loudMs(microphone) > 150, HEARD_MS_MAX),
        "the microphone is silent",
      );
      if (isMonitored) {
        assert(await speakers.until(() => loudMs(speakers) > 150, 5000), "the speakers are silent");
      } else assertEquals(loudSpan(speakers.samples, 10).first, -1);
      assertEquals((await live.state()).sound.microphone, "lipcam_microphone");
      live.signal("SIGTERM");
      assertEquals((await live.ended(10_000)).code, 0);
      assert(!(await pactl("list", "short", "modules")).includes("lipcam_"));
    },
  });
}

/**
 * The studio in a real browser against the real programme: every control is used as a person uses it, and the programme is
 * asked whether it did what was wished; what is seen and heard is measured. A control that no step uses fails the last one.
 */
import { assert, assertEquals } from "@std/assert";
import { ObsServer } from "../fakes/obs_server.ts";
import { Room, skipWithout } from "./live_process.ts";
import { ControlBook } from "./studio_controls.ts";
import { LOOK_STEPS } from "./studio_look_steps.ts";
import { connected, openStudio, silence, studio } from "./studio_page.ts";
import { PANEL_STEPS } from "./studio_panel_steps.ts";
import type { Place } from "./studio_place.ts";
import { forbidAutoplay, lendEars } from "./studio_probes.ts";
import { SETTING_STEPS } from "./studio_setting_steps.ts";
import { SPEECH_STEPS } from "./studio_speech_steps.ts";
import { SYNC_STEPS } from "./studio_sync_steps.ts";
import { CHROMIUM } from "./webrtc/browser.ts";

const STEPS = [...SPEECH_STEPS, ...SYNC_STEPS, ...LOOK_STEPS, ...PANEL_STEPS, ...SETTING_STEPS];
/** Fewer would mean that the book was not kept. */
const CONTROLS_MIN = 50;

Deno.test({
  name: "studio: every control is used and does what it says, seen and heard in a real browser",
  ignore: skipWithout("the tests of the studio", ...(CHROMIUM ? [] : ["chromium"]), "ffmpeg"),
  async fn(test) {
    using room = new Room();
    await using obs = new ObsServer();
    const programme = await studio(room, ["--obs-connect", "--obs-url", obs.url]);
    await using _live = programme.live;
    const book = new ControlBook();
    await using opened = await openStudio(programme.base, {}, async (page) => {
      await book.open(page);
      await lendEars(page);
      await forbidAutoplay(page);
    });
    const { page, faults } = opened;
    await connected(page);
    const place: Place = { programme, page, obs, room };
    for (const [name, run] of STEPS) {
      const isWell = await test.step(name, () => run(place));
      if (!isWell) await silence(programme); // the next one begins as if it had gone well
    }
    await test.step("no control was left out", () => {
      assert(book.seen.length >= CONTROLS_MIN, book.seen.join(", "));
      assertEquals(book.unused, []);
    });
    await test.step("the page threw nothing", () => assertEquals(faults, []));
  },
});

/** The studio's steps about who is shown and how: avatars, expressions, actions, voices, avatars of one's own. */
/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import { until } from "./live_process.ts";
import { stillFilm, textOf } from "./studio_page.ts";
import { type Place, stateIs, type Step } from "./studio_place.ts";

/** Painted, with one face that looks into the camera: what `prepare` wants of a photo. */
const PORTRAIT = decodeURIComponent(new URL("../../avatars/samuel/preview.png", import.meta.url).pathname);

interface Avatars {
  readonly avatars: readonly { readonly id: string }[];
}
interface Jobs {
  readonly jobs: readonly { readonly id: string; readonly state: string }[];
}

async function avatars(place: Place): Promise<void> {
  const { page } = place;
  await page.click("#tab-look");
  const thumbnails = page.locator("#avatars img");
  await until(
    "every thumbnail",
    10_000,
    () =>
      thumbnails.evaluateAll((all) =>
        all.length > 5 && all.every((one) => (one as HTMLImageElement).naturalWidth > 64)
      ),
  );
  for (const avatar of ["finn", "mai"]) {
    await page.click(`#avatars [data-avatar=${avatar}]`);
    await stateIs(place, avatar, (state) => state.avatar === avatar, 20_000);
    await page.waitForSelector(`#avatars [data-avatar=${avatar}][aria-current=true]`);
  }
}

async function acts(place: Place): Promise<void> {
  const { page, programme } = place;
  const { expressions, actions } = await programme.get<Record<"expressions" | "actions", string[]>>(
    "/v1/act",
  );
  for (const name of [...expressions.toReversed()]) {
    await page.click(`#expressions [data-act=${name}]`);
    await stateIs(place, name, ({ picture }) => picture.expression === name);
    await page.waitForSelector(`#expressions [data-act=${name}][aria-pressed=true]`);
  }
  for (const name of actions) {
    await page.click(`#acts [data-act=${name}]`);
    await stateIs(place, name, ({ picture }) => picture.action === name);
    await stateIs(place, `${name} is over`, ({ picture }) => picture.action === undefined);
  }
}

async function voices({ page, programme }: Place): Promise<void> {
  const chosen = async () => (await programme.get<{ voice: string | null }>("/v1/voices")).voice;
  const shown = () => page.locator("#voice option").count();
  const all = await shown();
  await page.selectOption("#voice-language", "vi");
  assert(await shown() < all / 4, "only voices of the language");
  const voice = await page.getAttribute("#voice option", "value");
  await page.selectOption("#voice", voice!);
  await until("the voice", 5000, async () => await chosen() === voice);
  await page.selectOption("#voice-language", "");
  await page.fill("#voice-search", "zzzz");
  await page.waitForSelector("#voice-none:visible");
  await page.fill("#voice-search", "");
  await page.selectOption("#voice", "");
  await until("any voice again", 5000, async () => await chosen() === null);
}

async function avatarOfAPhoto({ page, programme }: Place): Promise<void> {
  const ids = async () => (await programme.get<Avatars>("/v1/avatars")).avatars.map(({ id }) => id);
  await page.setInputFiles("#file", PORTRAIT);
  await page.waitForSelector("#naming-picture:visible");
  await page.click("#naming button:not(.primary)");
  await page.waitForSelector("#naming", { state: "hidden" });
  await page.setInputFiles("#file", PORTRAIT);
  await page.fill("#naming-name", "No Name Like That");
  await page.click("#naming button.primary");
  assert(await page.isVisible("#naming"), "it asks on");
  await page.fill("#naming-name", "sam-2");
  await page.click("#naming button.primary");
  await until("it is made", 30_000, async () => (await ids()).includes("sam-2"));
  await page.waitForSelector("#avatars [data-avatar=sam-2]");
  assertEquals(await page.getAttribute("#notice", "data-kind"), "good");
}

async function avatarOfAFilm({ page, programme, room }: Place): Promise<void> {
  const jobOf = async (id: string) =>
    (await programme.get<Jobs>("/v1/avatars/jobs")).jobs.find((job) => job.id === id)?.state;
  const path = `${room.folder}/clip.mp4`;
  await stillFilm(PORTRAIT, path, 20);
  await page.setInputFiles("#file", path);
  await page.click("#naming button.primary");
  await until("its progress", 20_000, async () => (await textOf(page, "works")).includes("%"));
  assertEquals(await jobOf("clip"), "running");
  await page.click("#works button");
  await until("it is stopped", 20_000, async () => await jobOf("clip") === "stopped");
  await page.waitForSelector("#works li", { state: "detached" });
}

export const LOOK_STEPS: readonly Step[] = [
  ["another avatar is on stage, and the first again; all have thumbnails", avatars],
  ["every expression and every action is done", acts],
  ["a voice is found, chosen, and left again", voices],
  ["a photo becomes an avatar under the name that is typed, or not at all", avatarOfAPhoto],
  ["a film's making is shown with its progress and can be stopped", avatarOfAFilm],
];

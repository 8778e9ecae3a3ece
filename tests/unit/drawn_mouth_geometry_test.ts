/** The mouths of all drawn avatars, checked by geometry on their still pictures at the two usual sizes. */
import { assert, assertGreater, assertLess } from "@std/assert";
import { listAvatars } from "../../src/avatar/mod.ts";
import { drawnManifest } from "../../src/avatar/drawn/manifest.ts";
import { fitView } from "../../src/avatar/drawn/view.ts";
import { JAW, MOUTH_LENGTH } from "../../src/lipsync/mod.ts";
import {
  assertAaIsTall,
  assertOoIsRound,
  assertPressCloses,
  assertTeethOnLip,
  measureMouth,
  type MouthEye,
  mouthOf,
} from "../geometry/mouth_geometry.ts";
import { stillOf } from "../geometry/still.ts";

const SHIPPED = decodeURIComponent(new URL("../../avatars", import.meta.url).pathname);
const SIZES = [{ width: 640, height: 360 }, { width: 1280, height: 720 }] as const;

/** Targets of the visemes: jaw, spread, pucker, press, teeth, tongue (scripts/training/labels.py). */
const VISEMES: Readonly<Record<string, readonly number[]>> = {
  sil: [0, 0, 0, 0, 0, 0],
  PP: [0, 0, 0.05, 1, 0, 0],
  FF: [0.08, 0.1, 0, 0, 1, 0],
  TH: [0.2, 0.15, 0, 0, 0, 1],
  DD: [0.16, 0.2, 0, 0, 0, 0.5],
  kk: [0.25, 0.15, 0.05, 0, 0, 0],
  CH: [0.14, 0, 0.65, 0, 0, 0.1],
  SS: [0.08, 0.45, 0, 0, 0, 0.1],
  nn: [0.2, 0.2, 0, 0, 0, 0.7],
  RR: [0.22, 0.05, 0.45, 0, 0, 0.2],
  aa: [1, 0.15, 0, 0, 0, 0],
  E: [0.52, 0.55, 0, 0, 0, 0],
  I: [0.22, 0.9, 0, 0, 0, 0],
  O: [0.55, 0, 0.7, 0, 0, 0],
  U: [0.18, 0, 1, 0, 0, 0],
};

for (const { id, folder } of listAvatars([SHIPPED])) {
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(
    Deno.readTextFileSync(`${folder}/avatar.json`),
  );
  if (manifest.kind !== "drawn") continue;
  const { mouth, focus } = drawnManifest.parse(manifest);
  for (const size of SIZES) {
    Deno.test(`${id}'s mouth at ${size.width}x${size.height} has the shapes that are heard`, async (t) => {
      using still = await stillOf(folder, size);
      const view = fitView(focus, size);
      const middle = { x: (mouth.x - view.x) * view.scale, y: (mouth.y - view.y) * view.scale };
      const widthPx = mouth.halfWidth * 2 * view.scale;
      const hasLips = mouth.style === "lips";
      const eye: MouthEye = {
        paint: still.paint,
        middle,
        widthPx,
        hasLips,
        darkLumaMax: lumaOf(mouth.colours.cavity) + 8, // dark skin and beards are lighter than that
        lineWidthPx: hasLips ? 2 : widthPx * 0.05, // an animal's mouth is a broad stroke
      };
      await t.step("press closes the mouth and thins the lips", () => assertPressCloses(eye));
      await t.step("aa opens tall", () => assertAaIsTall(eye, hasLips ? 0.35 : 0.3));
      await t.step("oo is narrow and round", () => assertOoIsRound(eye));
      await t.step("f lays the teeth on the lower lip", () => assertTeethOnLip(eye));
      await t.step("every two visemes differ visibly", () => assertVisemesDiffer(eye));
      await t.step("the opening grows with the jaw, step by step", () => {
        let last = -1;
        for (const jaw of [0.2, 0.4, 0.6, 0.8, 1]) {
          const { pixels } = measureMouth(eye, mouthOf({ [JAW]: jaw })).opening;
          assertGreater(pixels, last, `jaw ${jaw}`);
          last = pixels;
        }
      });
      await t.step("smile and frown change the closed mouth and do not open it", () => {
        const closed = new Float32Array(MOUTH_LENGTH);
        for (const smile of [-1, 1]) {
          let isFirst = true; // the relaxed mouth, then the smile
          const paint = () => still.paint(closed, isFirst ? (isFirst = false, 0) : smile);
          const { changed, teeth } = measureMouth({ ...eye, paint }, closed);
          assertGreater(changed.pixels, eye.widthPx ** 2 * 0.01);
          assertLess(changed.pixels, eye.widthPx ** 2 * 0.6);
          assert(teeth.pixels === 0, `${teeth.pixels} pixels of teeth`);
        }
      });
    });
  }
}

/** BT.601 limited range of #rrggbb. */
function lumaOf(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 16 + (66 * red! + 129 * green! + 25 * blue!) / 256;
}

function assertVisemesDiffer(eye: MouthEye): void {
  const pictures = Object.entries(VISEMES).map(([name, values]) => {
    const { bytes, width, height } = eye.paint(Float32Array.from(values));
    return { name, luma: bytes.slice(0, width * height) };
  });
  for (const [index, a] of pictures.entries()) {
    for (const b of pictures.slice(index + 1)) {
      let pixels = 0;
      for (let at = 0; at < a.luma.length; at++) if (Math.abs(a.luma[at]! - b.luma[at]!) > 16) pixels++;
      assertGreater(pixels, eye.widthPx ** 2 * 0.015, `${a.name} and ${b.name}`);
    }
  }
}

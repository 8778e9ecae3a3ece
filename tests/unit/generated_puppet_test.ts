/** Generated characters as puppets: what the painters change and what they leave alone, and every style's mouth. */
import { loadImage } from "@napi-rs/canvas";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { castCharacter, GENERATED_STYLES, type GeneratedSpec } from "../../src/avatar/generated/casting.ts";
import { LayerStack } from "../../src/avatar/generated/layer_stack.ts";
import { loadGenerated, paintLayers } from "../../src/avatar/generated/load_generated.ts";
import { type Box, listAvatars } from "../../src/avatar/mod.ts";
import { generatedManifest } from "../../src/avatar/generated/manifest.ts";
import { type Pose, restPose } from "../../src/avatar/life/pose.ts";
import { rgbaToI420Box } from "../../src/avatar/pixels.ts";
import type { Figure, Puppet } from "../../src/avatar/posed/puppet.ts";
import { JAW, MOUTH_LENGTH, PRESS } from "../../src/lipsync/mod.ts";
import {
  assertAaIsTall,
  assertOoIsRound,
  assertPressCloses,
  assertTeethOnLip,
  type MouthEye,
  mouthOf,
} from "../geometry/mouth_geometry.ts";

const SIZE = { width: 640, height: 360 };
const LOOK = { background: { kind: "own" }, framing: "bust" } as const;
/** Whoever the seed is: no glasses that hide the eyes, no beard that hides the mouth. */
const BARE: Readonly<Record<string, Record<string, number>>> = {
  lorelei: { glassesProbability: 0, beardProbability: 0 },
  "open-peeps": { accessoriesProbability: 0, facialHairProbability: 0 },
  notionists: { glassesProbability: 0, beardProbability: 0 },
  avataaars: { accessoriesProbability: 0, facialHairProbability: 0 },
  personas: { facialHairProbability: 0 },
  micah: { glassesProbability: 0, facialHairProbability: 0 },
  adventurer: { glassesProbability: 0, featuresProbability: 0 },
};
/** A character whose eyes are free of hair and open. */
const CLEAR: Readonly<Record<string, Record<string, string[]>>> = {
  lorelei: { hair: ["variant34"], eyes: ["variant16"] },
  "open-peeps": { head: ["noHair2"], face: ["smile"] },
  notionists: { hair: ["variant01"], eyes: ["variant05"] },
  avataaars: { top: ["shortFlat"], eyes: ["default"] },
  personas: { hair: ["bald"], eyes: ["open"] },
  micah: { hair: ["mrClean"], eyes: ["eyes"] },
  adventurer: { hair: ["short12"], eyes: ["variant03"] },
};

function specOf(style: string, seed: string): GeneratedSpec {
  return { id: `dicebear:${style}/${seed}`, style, seed, options: BARE[style]! };
}

function copyOf(figure: Figure): Figure {
  return { ...figure, bytes: figure.bytes.slice(), alpha: figure.alpha!.slice() };
}

function painted(puppet: Puppet, mouth: Float32Array, smile = 0): Figure {
  const figure = copyOf(puppet.figure);
  puppet.paintMouth(figure, mouth, smile);
  return figure;
}

function posed(puppet: Puppet, pose: Partial<Pose>): Figure {
  const figure = copyOf(puppet.figure);
  puppet.paintUpper(figure, { ...restPose(), ...pose });
  return figure;
}

/** Luma samples that differ by more than `step`, inside the box and outside of it. */
function differing(one: Figure, other: Figure, box: Box, step = 0): { inside: number; outside: number } {
  const count = { inside: 0, outside: 0 };
  for (let at = 0; at < one.width * one.height; at++) {
    if (Math.abs(one.bytes[at]! - other.bytes[at]!) <= step) continue;
    const [x, y] = [at % one.width, Math.floor(at / one.width)];
    const isIn = x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
    count[isIn ? "inside" : "outside"]++;
  }
  return count;
}

async function assertSpeaks(spec: GeneratedSpec): Promise<void> {
  using puppet = await loadGenerated(spec, SIZE, LOOK);
  const eye = await eyeOf(spec, puppet);
  const { anatomy: { mouth } } = await castCharacter(spec);
  // Pressed lips are a firm line, thicker than that around the open mouth.
  const pressedLinePx = eye.widthPx / mouth.halfWidth / 2 * mouth.closedLine * 1.12;
  assertPressCloses({ ...eye, lineWidthPx: pressedLinePx });
  assertAaIsTall(eye);
  assertOoIsRound(eye);
  assertTeethOnLip(eye);
  const pressed = differing(painted(puppet, mouthOf({ [PRESS]: 1 })), puppet.figure, puppet.mouthBox, 16);
  assertGreater(pressed.inside, 4, "press is no relaxed mouth");
}

/** Measured against the face without a mouth: the closed mouth is a line as dark as an opening. */
async function eyeOf(spec: GeneratedSpec, puppet: Puppet): Promise<MouthEye> {
  const { figurine } = await paintLayers(await castCharacter(spec), SIZE, LOOK.framing, spec.id);
  const { anatomy: { mouth }, view, rig } = figurine;
  const layers = figurine.layers.map((layer) =>
    layer && "kind" in layer && layer.kind === "moving" ? { ...layer, hasMouth: false } : layer
  );
  const bare = copyOf(puppet.figure);
  const closed = new Float32Array(MOUTH_LENGTH);
  const pixels = new LayerStack({ ...figurine, layers }, puppet.mouthBox).paint(restPose(), closed, 0);
  rgbaToI420Box(pixels, puppet.mouthBox, bare);
  return {
    paint: (values) => values.every((value) => value === 0) ? bare : painted(puppet, values),
    middle: { x: (mouth.x - view.x) * view.scale, y: (mouth.y - view.y) * view.scale },
    widthPx: mouth.halfWidth * 2 * view.scale,
    lineWidthPx: rig.mouth.openLine * view.scale,
    darkLumaMax: 100, // the wine red of one style
    toothLumaMin: 185,
    toothChromaMax: 6, // the rim between light skin and a black line is nearly grey in I420
    hasLips: false,
  };
}

for (const style of GENERATED_STYLES) {
  Deno.test(`${style}: the mouth has the shapes that are heard`, async () => {
    for (const seed of ["Ann", "Gus"]) await assertSpeaks(specOf(style, seed));
  });

  Deno.test(`${style}: painters keep to their boxes and the outline, and rest is the still figure`, async () => {
    using puppet = await loadGenerated(specOf(style, "Hana"), SIZE, LOOK);
    const { figure, upperBox, mouthBox } = puppet;
    for (const box of [upperBox, mouthBox]) {
      for (const side of [box.x, box.y, box.width, box.height]) assertEquals(side % 2, 0);
      assert(box.x > 0 && box.y > 0 && box.x + box.width < SIZE.width && box.y + box.height < SIZE.height);
    }
    assert(upperBox.y + upperBox.height <= mouthBox.y, "the boxes share no pixel");
    assertEquals(painted(puppet, new Float32Array(MOUTH_LENGTH)).bytes, figure.bytes);
    assertEquals(posed(puppet, {}).bytes, figure.bytes);
    const open = painted(puppet, mouthOf({ [JAW]: 1 }));
    const shut = posed(puppet, { lidLeft: 1, lidRight: 1, gazeX: 1, browLeft: 1, browRight: 1, browTilt: 1 });
    for (const [changed, box] of [[open, mouthBox], [shut, upperBox]] as const) {
      const { inside, outside } = differing(changed, figure, box);
      assertGreater(inside, 20);
      assertEquals(outside, 0);
      assertEquals(changed.alpha, figure.alpha);
    }
  });

  Deno.test(`${style}: eyes shut, glance and wink, brows rise`, async () => {
    const spec = { ...specOf(style, "Hana"), options: { ...BARE[style], ...CLEAR[style] } };
    using puppet = await loadGenerated(spec, SIZE, LOOK);
    const { figure, upperBox } = puppet;
    for (
      const pose of [{ gazeX: -1 }, { gazeX: 1 }, { gazeY: 1 }, { lidLeft: 0.5, lidRight: 0.5 }, {
        lidLeft: 1,
        lidRight: 1,
      }]
    ) {
      assertGreater(differing(posed(puppet, pose), figure, upperBox, 16).inside, 8, JSON.stringify(pose));
    }
    const half = { ...upperBox, width: upperBox.width / 2 };
    const wink = differing(posed(puppet, { lidRight: 1 }), figure, half, 16);
    assertGreater(wink.outside, 8);
    assertEquals(wink.inside, 0);
    if (style === "personas") return; // has no brows
    for (const pose of [{ browLeft: 1, browRight: 1 }, { browTilt: -1 }]) {
      assertGreater(differing(posed(puppet, pose), figure, upperBox, 16).inside, 8, JSON.stringify(pose));
    }
  });

  Deno.test(`${style}: the closed mouth smiles and frowns`, async () => {
    using puppet = await loadGenerated(specOf(style, "Ivo"), SIZE, LOOK);
    const closed = new Float32Array(MOUTH_LENGTH);
    const [smile, frown] = [painted(puppet, closed, 1), painted(puppet, closed, -1)];
    assertGreater(differing(smile, frown, puppet.mouthBox, 16).inside, 20);
    const open = mouthOf({ [JAW]: 1 });
    assertLess(
      differing(painted(puppet, open, 1), painted(puppet, open, 0), puppet.mouthBox, 16).inside,
      differing(smile, painted(puppet, closed), puppet.mouthBox, 16).inside + 1,
    );
  });
}

const SHIPPED = decodeURIComponent(new URL("../../avatars", import.meta.url).pathname);
for (const { id, folder, kind } of listAvatars([SHIPPED])) {
  if (kind !== "generated") continue;
  const manifest = generatedManifest.parse(JSON.parse(Deno.readTextFileSync(`${folder}/avatar.json`)));
  Deno.test(`${id}: the mouth has the shapes that are heard`, () => assertSpeaks(manifest));
  Deno.test(`${id}: the licence names the style's artist, and the preview is there`, async () => {
    const { style } = await castCharacter(manifest);
    assertStringIncludes(Deno.readTextFileSync(`${folder}/LICENCE`), style.meta!.creator!);
    assertStringIncludes(Deno.readTextFileSync(`${folder}/LICENCE`), style.meta!.license!.url!);
    const preview = await loadImage(`${folder}/preview.png`);
    assertEquals([preview.width, preview.height], [640, 360]);
  });
}

Deno.test("loadGenerated gives the same figure for the same seed, and another for another", async () => {
  using one = await loadGenerated(specOf("lorelei", "Mai"), SIZE, LOOK);
  using again = await loadGenerated(specOf("lorelei", "Mai"), SIZE, LOOK);
  using other = await loadGenerated(specOf("lorelei", "Bob"), SIZE, LOOK);
  assertEquals(again.figure.bytes, one.figure.bytes);
  assertEquals(again.background!.bytes, one.background!.bytes);
  assertNotEquals(other.figure.bytes, one.figure.bytes);
});

for (
  const size of [{ width: 320, height: 180 }, { width: 240, height: 240 }, { width: 180, height: 320 }]
) {
  Deno.test(`loadGenerated stands the figure on the lower edge of ${size.width}x${size.height}`, async () => {
    for (const style of GENERATED_STYLES) {
      using puppet = await loadGenerated(specOf(style, "Ann"), size, LOOK);
      const alpha = puppet.figure.alpha!;
      const row = (y: number) => alpha.subarray(y * size.width, (y + 1) * size.width);
      assertGreater(row(size.height - 1).filter((value) => value > 250).length, size.width * 0.25, style);
      assert(
        row(Math.floor(size.height * 0.03)).every((value) => value === 0),
        `${style}: air above the hair`,
      );
      const middle = puppet.mouthBox.x + puppet.mouthBox.width / 2;
      assertLess(Math.abs(middle - size.width / 2), size.width * 0.25, style);
    }
  });
}

/** Characters of the style library taken apart: nothing is lost, the mouth is where it was, bad names are faults. */
import { createCanvas } from "@napi-rs/canvas";
import { createAvatar } from "@dicebear/core";
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { anatomyOf } from "../../src/avatar/generated/anatomy.ts";
import { castCharacter, GENERATED_STYLES } from "../../src/avatar/generated/casting.ts";
import { takeApart } from "../../src/avatar/generated/character.ts";
import { generatedManifest } from "../../src/avatar/generated/manifest.ts";
import { type Figurine, LayerStack, upperBounds } from "../../src/avatar/generated/layer_stack.ts";
import { shapesOf } from "../../src/avatar/generated/shapes.ts";
import { cutSvg, matrixOf, tagsOf, UPRIGHT } from "../../src/avatar/generated/svg_cut.ts";
import { svgImage } from "../../src/avatar/generated/svg_image.ts";
import { restPose } from "../../src/avatar/life/pose.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { MOUTH_LENGTH } from "../../src/lipsync/mod.ts";

const SIDE = 128;

function inside(svg: string): string {
  return svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>")).replace(
    /<metadata[\s\S]*<\/metadata>/,
    "",
  );
}

Deno.test("cutSvg gives pieces that are complete, and what holds at the cuts", () => {
  const svg =
    '<g transform="translate(1 2)" fill="#abc"><path d="M0 0"/><g transform="scale(2)"><path d="M1 1"/></g></g>';
  const at = svg.indexOf('<path d="M1 1"/>');
  const { pieces, places } = cutSvg(svg, [at, at]);
  assertEquals(pieces.length, 3);
  for (const piece of pieces) {
    let depth = 0;
    for (const tag of tagsOf(piece)) depth += tag.kind === "open" ? 1 : tag.kind === "close" ? -1 : 0;
    assertEquals(depth, 0);
  }
  assertEquals(pieces.join("").match(/M1 1/g)?.length, 1);
  assertEquals(places[0]!.matrix, [2, 0, 0, 2, 1, 2]);
  assertEquals(places[0]!.attributes.get("fill"), "#abc");
});

Deno.test("cutSvg keeps masks for every piece, once", () => {
  const svg =
    '<mask id="m"><path d="M0 0h9v9z"/></mask><g mask="url(#m)"><path d="M1 1"/><path d="M2 2"/></g>';
  const { pieces, definitions } = cutSvg(svg, [svg.indexOf('<path d="M2 2"/>')]);
  assert(definitions.includes('id="m"'));
  for (const piece of pieces) {
    assert(!piece.includes("<mask"));
    assert(piece.includes('mask="url(#m)"'));
  }
});

Deno.test("matrixOf reads what the styles use", () => {
  assertEquals(matrixOf(undefined), UPRIGHT);
  assertEquals(matrixOf("translate(5)"), [1, 0, 0, 1, 5, 0]);
  assertEquals(matrixOf("translate(1 2) scale(3)"), [3, 0, 0, 3, 1, 2]);
  assertEquals(matrixOf("matrix(.5 0 0 1 6 7)"), [0.5, 0, 0, 1, 6, 7]);
  const [a, b, c, d, e, f] = matrixOf("rotate(90 10 0)").map((value) => Math.round(value * 1e6) / 1e6 + 0);
  assertEquals([a, b, c, d, e, f], [0, 1, -1, 0, 10, -10]);
});

Deno.test("shapesOf parts blots, keeps their holes, and what lies in a hole is a blot again", () => {
  const ring = "M0 0h100v100h-100zM10 10v80h80v-80zM40 40h20v20h-20z";
  const shapes = shapesOf(`<path fill-rule="evenodd" fill="#123456" d="${ring}M200 0h10v10h-10z"/>`, {
    matrix: [1, 0, 0, 1, 1000, 0],
    attributes: new Map(),
  });
  const boxes = shapes.map(({ bounds }) => [bounds.left, bounds.top, bounds.right, bounds.bottom]);
  assertEquals(boxes.toSorted((one, other) => one[0]! - other[0]!), [
    [1000, 0, 1100, 100],
    [1040, 40, 1060, 60],
    [1200, 0, 1210, 10],
  ]);
  assert(shapes.every(({ fill }) => fill === "#123456"));
});

for (const name of GENERATED_STYLES) {
  Deno.test(`${name}: the parts put back give the whole picture, for 40 seeds`, async () => {
    for (let index = 0; index < 40; index++) {
      const seed = `whole ${index}`;
      const { rig, style, options } = await castCharacter({ id: "test", style: name, seed });
      const { picture, parts } = takeApart(style, seed, options, rig.components);
      let whole = "";
      let from = 0;
      for (const { at, source } of parts) {
        whole += picture.slice(from, at) + source;
        from = at;
      }
      whole += picture.slice(from);
      assert(whole === inside(createAvatar(style, { seed, ...options }).toString()), seed);
      assert(parts.some((part) => part.name === "mouth"), seed);
    }
  });

  Deno.test(`${name}: the mouth sits where the style's own sat, the rest is as the style drew it`, async () => {
    let [seen, far] = [0, 0];
    for (let index = 0; index < 50; index++) {
      const { own, ours, strange } = await compare(name, `place ${index}`);
      assertLess(strange, 8, `pixels away from mouth, eyes and brows that differ, seed ${index}`);
      if (!own || !ours) continue; // one hangs under a moustache
      seen++;
      // Half a percent of the picture and the half of the difference in size.
      const reachX = 3 + Math.abs(own.right - own.left - ours.right + ours.left) / 2;
      const reachY = 3 + Math.abs(own.bottom - own.top - ours.bottom + ours.top) / 2;
      const dx = Math.abs(own.left + own.right - ours.left - ours.right) / 2;
      const dy = Math.abs(own.top + own.bottom - ours.top - ours.bottom) / 2;
      if (dx > reachX || dy > reachY) far++;
    }
    assert(seen >= 40, `${seen} mouths seen`);
    assert(far <= 3, `${far} of ${seen} mouths are not where they were`);
  });
}

Deno.test("castCharacter names the nearest style in one line", async () => {
  const fault = await assertRejects(
    () => castCharacter({ id: "dicebear:lorlei/Mai", style: "lorlei", seed: "Mai" }),
    InputFault,
    'style "lorlei" is not known, wanted "lorelei"',
  );
  assertEquals(fault.code, "bad_avatar");
  assert(!fault.message.includes("\n"));
  await assertRejects(
    () => castCharacter({ id: "x", style: "pixel-art", seed: "Mai" }),
    InputFault,
    "wanted one of lorelei, open-peeps",
  );
});

Deno.test("castCharacter's faults are one line, whatever the seed is", async () => {
  const id = "dicebear:nobody/a\nb\u0000c";
  const fault = await assertRejects(() => castCharacter({ id, style: "nobody", seed: "a" }), InputFault);
  assertEquals(/\p{Cc}/u.test(fault.message), false);
});

Deno.test("generatedManifest takes a style, a seed and options, and nothing else", () => {
  const good = {
    id: "x",
    name: "X",
    kind: "generated",
    licence: "CC0-1.0",
    author: "A",
    style: "lorelei",
    seed: "x",
  };
  assertEquals(generatedManifest.parse(good).options, {});
  const bad = [
    { style: "../lorelei" },
    { seed: "" },
    { seed: "x".repeat(501) },
    { options: { hair: [] } },
    { options: { hair: ["<svg>"] } },
    { options: { beardProbability: 101 } },
    { options: { "a b": 1 } },
    { background: "red" },
    { art: "x.svg" },
  ];
  for (const fields of bad) {
    assert(!generatedManifest.safeParse({ ...good, ...fields }).success, JSON.stringify(fields));
  }
});

Deno.test("castCharacter refuses options that the style does not know, naming the nearest", async () => {
  const cases: [Record<string, string[] | number>, string][] = [
    [{ hairs: ["variant01"] }, 'option "hairs" is not known, wanted "hair"'],
    [{ hair: ["varient01"] }, 'option "hair" has "varient01", wanted "variant01"'],
    [{ hairColor: ["red"] }, 'option "hairColor" has "red", wanted a colour like 8899aa'],
    [{ hair: 50 }, 'option "hair" is 50, wanted a list of names'],
    [{ beardProbability: ["variant01"] }, 'option "beardProbability" is a list, wanted a probability'],
    [{ flip: 1 }, 'option "flip" is not known'],
    [JSON.parse('{"__proto__": 1, "constructor": ["x"]}'), "is not known"],
  ];
  for (const [options, message] of cases) {
    await assertRejects(
      () => castCharacter({ id: "x", style: "lorelei", seed: "Mai", options }),
      InputFault,
      message,
    );
  }
});

Deno.test("castCharacter takes any seed and writes nothing of it into the picture", async () => {
  const seeds = [
    '"><script>alert(1)</script>',
    "../../etc/passwd",
    "🦊".repeat(250),
    "'&<>\"\\/\0\n",
    "x".repeat(500),
  ];
  for (const style of GENERATED_STYLES) {
    for (const seed of seeds) {
      const { anatomy } = await castCharacter({ id: "x", style, seed });
      const text = anatomy.definitions +
        anatomy.layers.map((layer) => layer.kind === "still" ? layer.svg : "").join("");
      assert(text.length < 400_000);
      for (const stranger of ["script", "passwd", "🦊", "\0", "xxxx"]) {
        assert(!text.includes(stranger), style);
      }
    }
  }
});

interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where the style's own mouth and ours are in its square picture, in pixels, and how many others differ. */
async function compare(
  name: string,
  seed: string,
): Promise<{ own: Area | undefined; ours: Area | undefined; strange: number }> {
  const { rig, style, options } = await castCharacter({ id: "test", style: name, seed });
  const undressed = { ...rig, clothes: () => "" };
  const anatomy = anatomyOf(takeApart(style, seed, options, rig.components), undressed, "");
  const avatar = createAvatar(style, { seed, ...options });
  const units = Number(/viewBox="0 0 (\d+)/.exec(avatar.toString())![1]);
  const view = { x: 0, y: 0, scale: SIDE / units };
  const size = { width: SIDE, height: SIDE };
  const box = { x: 0, y: 0, ...size };
  const choice = new Map(Object.entries(avatar.toJson().extra as Record<string, string>));
  const picture = rig.retouch?.(inside(avatar.toString()), choice) ?? inside(avatar.toString());
  const canvas = createCanvas(SIDE, SIDE);
  canvas.getContext("2d").drawImage((await svgImage(picture, "", view, size, "test"))!, 0, 0);
  const whole = canvas.data();
  const layers: Figurine["layers"][number][] = [];
  for (const layer of anatomy.layers) {
    const isStill = layer.kind === "still";
    layers.push(isStill ? await svgImage(layer.svg, anatomy.definitions, view, size, "test") : layer);
  }
  const figurine = { layers, anatomy, rig, view, size };
  const paint = (of: Figurine) =>
    new LayerStack(of, box).paint(restPose(), new Float32Array(MOUTH_LENGTH), 0);
  const speaking = paint(figurine);
  const bare = paint({
    ...figurine,
    layers: layers.map((layer) =>
      layer && "kind" in layer && layer.kind === "moving" ? { ...layer, hasMouth: false } : layer
    ),
  });
  const { mouth } = anatomy;
  const upper = upperBounds(figurine);
  const isUpper = (x: number, y: number, margin: number) =>
    upper.some(({ left, top, right, bottom }) =>
      x > left - margin && x < right + margin && y > top - margin && y < bottom + margin
    );
  const isNear = (x: number, y: number, up: number) =>
    Math.abs(x - mouth.x) < mouth.halfWidth * 2.6 && y > mouth.y - mouth.halfWidth * up &&
    y < mouth.y + mouth.halfWidth * 1.9 && !isUpper(x, y, 0);
  let strange = 0;
  differences(whole, bare, (x, y) => {
    if (
      !isNear(x / view.scale, y / view.scale, 1.6) && !isUpper(x / view.scale, y / view.scale, units * 0.02)
    ) {
      strange++;
    }
  });
  const near = (one: Uint8Array, other: Uint8Array) => {
    let area: Area | undefined;
    differences(one, other, (x, y) => {
      if (!isNear(x / view.scale, y / view.scale, 1.05)) return;
      const { left, top, right, bottom } = area ?? { left: x, top: y, right: x, bottom: y };
      area = {
        left: Math.min(left, x),
        top: Math.min(top, y),
        right: Math.max(right, x),
        bottom: Math.max(bottom, y),
      };
    });
    return area;
  };
  return { own: near(whole, bare), ours: near(speaking, bare), strange };
}

/** Calls `each` for every pixel of two pictures that clearly differs. */
function differences(one: Uint8Array, other: Uint8Array, each: (x: number, y: number) => void): void {
  for (let at = 0; at < SIDE * SIDE; at++) {
    let most = 0;
    for (let channel = 0; channel < 4; channel++) {
      most = Math.max(most, Math.abs(one[at * 4 + channel]! - other[at * 4 + channel]!));
    }
    if (most > 48) each(at % SIDE, Math.floor(at / SIDE));
  }
}

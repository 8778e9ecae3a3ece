/** Rims of a transparent avatar on their way to OBS: over black in the unit, the colour itself on the wire. */
import { assert, assertEquals } from "@std/assert";
import { PluginFormat } from "../../src/obs/feed/plugin_format.ts";
import { UnitRing } from "../../src/unit/mod.ts";

const SIZE = { width: 64, height: 64 };
const PIXELS = 64 * 64;

Deno.test("PluginFormat sends straight colours: white at half opacity leaves as white at half opacity", () => {
  const units = new UnitRing({ ...SIZE, hasAlpha: true, slots: 4, samplesPerFrame: 1920 });
  const format = new PluginFormat(units.shape, { programme: "", lipcam: "" });
  const slot = units.begin();
  const opacities = [0, 64, 128, 255];
  for (let y = 0; y < 64; y++) {
    const opacity = opacities[Math.floor(y / 16)]!;
    slot.alpha!.fill(opacity, y * 64, y * 64 + 64);
    slot.frame.fill(16 + Math.round((235 - 16) * opacity / 255), y * 64, y * 64 + 64);
    const chroma = (plane: number, value: number) => {
      const at = PIXELS + plane * PIXELS / 4 + (y >> 1) * 32;
      slot.frame.fill(Math.round(128 + (value - 128) * opacity / 255), at, at + 32);
    };
    chroma(0, 90);
    chroma(1, 200);
  }
  const before = slot.picture.slice();
  const bytes = format.pack(slot, true);
  assert(slot.picture.every((value, at) => value === before[at]), "the unit itself is left alone");
  const picture = bytes.subarray(bytes.length - PIXELS * 5 / 2);
  for (const [row, opacity] of opacities.entries()) {
    const y = row * 16 + 8;
    const [luma, u, v] = [
      picture[y * 64]!,
      picture[PIXELS + (y >> 1) * 32]!,
      picture[PIXELS * 5 / 4 + (y >> 1) * 32]!,
    ];
    assertEquals(picture[PIXELS * 3 / 2 + y * 64], opacity);
    if (opacity === 0) continue;
    assert(luma >= 233 && luma <= 235, `luma ${luma} at ${opacity}`);
    assert(Math.abs(u - 90) <= 3 && Math.abs(v - 200) <= 3, `chroma ${u} ${v} at ${opacity}`);
  }
});

/** Which faces `prepare` takes, and that each refusal names what is and what is wanted. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { faceWidth, judgeFace, judgePose, poseOf } from "../../src/prepare/judge.ts";
import type { Picture } from "../../src/prepare/picture.ts";
import { makePortrait, type PortraitOptions } from "./photo_portrait.ts";

function faceOf(options: PortraitOptions): { mesh: Parameters<typeof judgeFace>[0]; picture: Picture } {
  const { width, height, mesh, rgba } = makePortrait(options);
  return { mesh, picture: { width, height, rgb: rgba.filter((_, at) => at % 4 !== 3) } };
}

function refusal(options: PortraitOptions): InputFault {
  const { mesh, picture } = faceOf(options);
  const fault = assertThrows(() => judgeFace(mesh, picture, "a.jpg"), InputFault);
  assertStringIncludes(fault.message, "a.jpg");
  assertStringIncludes(fault.message, "wanted");
  return fault;
}

Deno.test("poseOf measures turns, nods and leans in degrees", () => {
  for (
    const turned of [
      { yaw: 0, pitch: 0, roll: 0 },
      { yaw: 25, pitch: 0, roll: 0 },
      { yaw: -40, pitch: 0, roll: 0 },
      {
        yaw: 0,
        pitch: 18,
        roll: 0,
      },
      { yaw: 0, pitch: -18, roll: 0 },
      { yaw: 0, pitch: 0, roll: 15 },
      { yaw: 0, pitch: 0, roll: -30 },
    ]
  ) {
    const pose = poseOf(makePortrait(turned).mesh);
    for (const axis of ["yaw", "pitch", "roll"] as const) {
      assert(
        Math.abs(pose[axis] - turned[axis]) < 4,
        `${JSON.stringify(turned)}: ${axis} is ${pose[axis].toFixed(1)}`,
      );
    }
  }
});

Deno.test("judgeFace takes faces that look nearly straight ahead, closed or smiling", () => {
  const good = [{}, { gap: 0.12 }, { yaw: 15 }, { yaw: -15 }, { pitch: 12 }, { pitch: -12 }, { roll: 14 }, {
    pupils: 60,
  }];
  for (const options of good) {
    const { mesh, picture } = faceOf(options);
    judgeFace(mesh, picture, "a.jpg");
  }
});

Deno.test("judgeFace refuses a face that is too small, in pixels", () => {
  const fault = refusal({ pupils: 30 });
  assertEquals(fault.code, "small_face");
  assertStringIncludes(fault.message, `${Math.round(faceWidth(makePortrait({ pupils: 30 }).mesh))} pixels`);
  assertStringIncludes(fault.message, "at least 80");
});

Deno.test("judgeFace refuses a face that is turned away, in degrees", () => {
  for (
    const [options, says] of [
      [{ yaw: 35 }, "turned to the side"],
      [{ yaw: -35 }, "turned to the side"],
      [{ pitch: 30 }, "bowed"],
      [{ pitch: -30 }, "raised"],
      [{ roll: 28 }, "leaning"],
    ] as const
  ) {
    const fault = refusal(options);
    assertEquals(fault.code, "turned_face");
    assertStringIncludes(fault.message, says);
    const degrees = Number(/by (\d+) degrees/.exec(fault.message)![1]);
    const [wanted] = Object.values(options).map(Math.abs);
    assert(Math.abs(degrees - wanted!) <= 4, `says ${degrees}, is ${wanted}`);
  }
});

Deno.test("judgePose's limits are its limits", () => {
  judgePose({ yaw: 22, pitch: -20, roll: 20 }, "a.jpg");
  assertThrows(() => judgePose({ yaw: 22.6, pitch: 0, roll: 0 }, "a.jpg"), InputFault);
  assertThrows(() => judgePose({ yaw: 0, pitch: -20.6, roll: 0 }, "a.jpg"), InputFault);
});

Deno.test("judgeFace refuses a wide open mouth and closed eyes", () => {
  assertEquals(refusal({ gap: 0.36 }).code, "open_mouth");
  assertEquals(refusal({ eyes: 0.08 }).code, "closed_eyes");
});

Deno.test("judgeFace refuses a mouth behind a mask, whatever its colour", () => {
  for (const mask of ["#5b86c4", "#e8ecee", "#1c1d20"]) assertEquals(refusal({ mask }).code, "covered_mouth");
});

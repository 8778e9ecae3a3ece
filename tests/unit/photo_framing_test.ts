/** Which part of a photo a frame shows: always the whole head, never a cut below it, nothing made up without need. */
import { assert } from "@std/assert";
import { framePhoto, headPlace } from "../../src/avatar/photo/framing.ts";
import { makePortrait } from "./photo_portrait.ts";

const FRAMES = [{ width: 1280, height: 720 }, { width: 720, height: 720 }, { width: 720, height: 1280 }];

for (const framing of ["bust", "head"] as const) {
  Deno.test(`framePhoto ${framing}: the head is in the picture, whatever the photo's and the frame's shape`, () => {
    for (
      const [width, height, pupils] of [[2000, 1500, 120], [640, 480, 90], [400, 520, 90], [
        900,
        400,
        70,
      ]] as const
    ) {
      const { mesh } = makePortrait({ width, height, pupils });
      const head = headPlace(mesh);
      const top = Math.max(0, head.top);
      for (const frame of FRAMES) {
        const view = framePhoto(mesh, { width, height }, frame, framing);
        const what = `${width}x${height} in ${frame.width}x${frame.height}: ${JSON.stringify(view)}`;
        const right = view.x + frame.width / view.scale;
        const bottom = view.y + frame.height / view.scale;
        assert(view.y <= top + 1 && bottom >= Math.min(height, head.chin), what);
        assert(
          view.x <= head.centreX - 0.8 * head.halfWidth && right >= head.centreX + 0.8 * head.halfWidth,
          what,
        );
        assert(bottom <= height + 0.01, `${what} shows more than the photo has below`);
      }
    }
  });
}

Deno.test("framePhoto shows nothing beyond a photo that is large enough", () => {
  const { mesh } = makePortrait({ width: 2000, height: 1500, pupils: 120 });
  for (const frame of FRAMES) {
    const view = framePhoto(mesh, { width: 2000, height: 1500 }, frame, "bust");
    assert(view.x >= 0 && view.y >= 0, JSON.stringify(view));
    assert(view.x + frame.width / view.scale <= 2000.01, JSON.stringify(view));
  }
});

Deno.test("framePhoto comes closer for head than for bust", () => {
  const { mesh } = makePortrait({ width: 2000, height: 1500, pupils: 120 });
  const size = { width: 2000, height: 1500 };
  const bust = framePhoto(mesh, size, FRAMES[0]!, "bust");
  const head = framePhoto(mesh, size, FRAMES[0]!, "head");
  assert(head.scale > bust.scale * 1.2, `${head.scale} and ${bust.scale}`);
});

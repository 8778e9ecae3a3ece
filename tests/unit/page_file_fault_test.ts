/** What the page makes of the programme's lines about files: words for a person, each thing once. */
import { assertEquals } from "@std/assert";
import { fileFault } from "../../src/control/page/file_fault.ts";
import { word } from "../../src/control/page/words.ts";

Deno.test("file fault: what a library says comes behind plain words, once, with the file's own name", () => {
  const said = Array(5).fill("VipsJpeg: premature end of JPEG image").join(" ");
  for (
    const [line, why] of [
      [
        `upload.jpg cannot be decoded (${said}), wanted a PNG`,
        "me & $1.jpg cannot be decoded (VipsJpeg: premature end of JPEG image), wanted a PNG",
      ],
      [
        'audio file "upload.wav": Invalid data found when processing input',
        "audio file me & $1.jpg: Invalid data found when processing input",
      ],
    ]
  ) {
    assertEquals(fileFault(line!, "me & $1.jpg"), word("unreadable", { why: why! }));
  }
});

Deno.test("file fault: a name that is taken is told without flags of the command line", () => {
  for (const line of ["there is one, wanted another --id, or --force to replace it", "x, wanted --force"]) {
    assertEquals(fileFault(line, "a.jpg"), word("nameTaken"));
  }
});

Deno.test("file fault: what the programme says well stays as it is", () => {
  const line = "upload.jpg shows no face, wanted a portrait";
  assertEquals(fileFault(line, "a.jpg"), "a.jpg shows no face, wanted a portrait");
});

/** A Host header is whatever a client writes: none but the server's own gets in, and none is an error of ours. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { apiRoom } from "../fakes/api_room.ts";

/** What URLs are made of, so that some are nearly good. */
const nearly = fc.array(
  fc.constantFrom(..."[]:@/?#%\\ .-0x9a", "127.0.0.1", "localhost", "::1", "xn--", "65536", "8010", "\u00e9"),
  { maxLength: 8 },
).map((parts) => parts.join(""));
const bytes = fc.string({ unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)) });

Deno.test("control: any Host but its own is a 403 with every header, or no HTTP at all, and nothing is said of it", async () => {
  await using room = await apiRoom();
  const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const ask = async (target: string, host: string) => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: room.port });
    await connection.write(latin1(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    const answer = new Uint8Array(16 * 1024);
    return new TextDecoder().decode(answer.subarray(0, await connection.read(answer) ?? 0));
  };
  await fc.assert(
    fc.asyncProperty(fc.oneof(nearly, bytes), fc.constantFrom("/", "/v1/state"), async (host, target) => {
      const text = await ask(target, host);
      if (/^HTTP\/1.1 400 /.test(text)) return; // not taken for a request
      assert(/^HTTP\/1.1 403 /.test(text), text.slice(0, 200));
      assert(/"urn:lipcam:problem:bad_host"/.test(text) && /^content-security-policy: /im.test(text), text);
    }),
    { numRuns: 400 },
  );
  assert((await ask("/", `127.0.0.1:${room.port}`)).startsWith("HTTP/1.1 200 "));
  assertEquals(room.errors, []);
});

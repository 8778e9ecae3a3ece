/**
 * The page over TLS for other machines, as a person starts it: refused without a certificate, opened by a one-time link, told
 * apart by its names, and the commands of the same user go on working.
 */
import { assert, assertEquals } from "@std/assert";
import { LiveProcess, Room, skipWithout } from "./live_process.ts";

const ignore = skipWithout("the test of TLS", "openssl", "curl");

async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trim();
}

const QUIET = ["--camera", "none", "--sound", "none", "--no-obs-serve"];

Deno.test({
  name: "live --host: TLS, one-time link, Host and token, over HTTP/1.1 and HTTP/2",
  ignore,
  async fn() {
    using room = new Room();
    const [cert, key] = [`${room.folder}/cert.pem`, `${room.folder}/key.pem`];
    await run(
      ...["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"] as const,
      ...["-subj", "/CN=localhost", "-keyout", key, "-out", cert],
    );
    await using live = await LiveProcess.start(room, [
      ...QUIET,
      ...["--host", "0.0.0.0", "--tls-cert", cert, "--tls-key", key, "--port", "0"],
    ]);
    const client = await live.client();
    const link = await client.pageLink();
    const origin = new URL(link).origin;
    for (const version of ["--http1.1", "--http2"]) {
      const status = (address: string, ...more: string[]) =>
        run("curl", "-sk", version, "-o", "/dev/null", "-w", "%{http_code}", ...more, address);
      assertEquals(await status(`${origin}/`), "200", version);
      assertEquals(await status(`${origin}/v1/state`), "401", version);
      assertEquals(await status(`${origin}/`, "-H", "Host: evil.example"), "403", version);
      const fresh = await client.pageLink();
      const jar = `${room.folder}/cookies`;
      assertEquals(await status(fresh, "-c", jar), "303", version);
      assertEquals(await status(fresh), "401", version);
      assertEquals(await status(`${origin}/v1/state`, "-b", jar), "200", version);
      assert(/\tTRUE\t\d+\tlipcam_/.test(Deno.readTextFileSync(jar)), "the cookie is for TLS only");
      Deno.removeSync(jar);
    }
    assert((await client.state())["avatar"] === "mai");
  },
});

Deno.test("live --host: without TLS and without --insecure nothing is opened", async () => {
  using room = new Room();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "live", ...QUIET, "--host", "0.0.0.0", "--port", "0"],
    cwd: new URL("../../", import.meta.url),
    env: room.env(),
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stderr).trim();
  assertEquals(code, 2);
  assert(said.endsWith("wanted tls.cert and tls.key, or --insecure"), said);
});

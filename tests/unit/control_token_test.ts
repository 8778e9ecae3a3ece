import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { connect, tokenFolder } from "../../src/control/mod.ts";
import { writeToken } from "../../src/control/token.ts";
import { Fault, InputFault } from "../../src/errors/mod.ts";

Deno.test("tokenFolder refuses a link, an open folder and a file, and falls back without XDG_RUNTIME_DIR", async () => {
  const folder = await Deno.makeTempDir();
  const env = (name: string) => name === "XDG_RUNTIME_DIR" ? folder : undefined;
  const fallback = (name: string) => name === "TMPDIR" ? folder : undefined;
  try {
    const wanted = join(folder, "lipcam");
    Deno.symlinkSync("/tmp", wanted);
    assertThrows(() => tokenFolder(env), InputFault, "it is a link");
    Deno.removeSync(wanted);
    Deno.writeTextFileSync(wanted, "");
    assertThrows(() => tokenFolder(env), InputFault, "not a folder");
    Deno.removeSync(wanted);
    Deno.mkdirSync(wanted);
    Deno.chmodSync(wanted, 0o755);
    assertThrows(() => tokenFolder(env), InputFault, "others may enter");
    assertEquals(tokenFolder(fallback), join(folder, `lipcam-${Deno.uid()}`));
    assertEquals(Deno.statSync(join(folder, `lipcam-${Deno.uid()}`)).mode! & 0o777, 0o700);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("writeToken replaces a stale file, and a folder that cannot be written is an InputFault", async () => {
  const folder = await Deno.makeTempDir();
  const env = (name: string) => name === "XDG_RUNTIME_DIR" ? folder : undefined;
  try {
    const path = join(tokenFolder(env), "9.json");
    Deno.writeTextFileSync(path, '{"port":9,"pid":999999999,"token":"old"}');
    await assertRejects(() => connect({ env }), Fault, "no Lipcam is running");
    {
      using _token = writeToken({ port: 9, pid: Deno.pid, token: "new" }, env);
      assertEquals(JSON.parse(Deno.readTextFileSync(path)).token, "new");
      assertThrows(
        () => {
          Deno.mkdirSync(join(folder, "lipcam", "10.json"));
          writeToken({ port: 10, pid: Deno.pid, token: "x" }, env);
        },
        InputFault,
        "10.json",
      );
    }
    assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

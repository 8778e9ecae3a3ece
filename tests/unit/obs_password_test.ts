/** Where the password of OBS's websocket comes from, and from where it never does. */
import { assertEquals, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { findPassword } from "../../src/obs/mod.ts";

const LOCAL = "ws://127.0.0.1:4466";

class Home implements Disposable {
  readonly folder = Deno.makeTempDirSync();
  readonly environment: Record<string, string> = { HOME: this.folder };
  write(path: string, text: string): string {
    const full = `${this.folder}/${path}`;
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(full, text);
    return full;
  }
  find(url = LOCAL, file?: string, os: typeof Deno.build.os = "linux"): string | undefined {
    return findPassword({ environment: this.environment, url, file, os });
  }
  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const INI =
  "[General]\nFirstRun=true\n[OBSWebSocket]\r\nServerEnabled=true\nServerPort=4466\nAuthRequired=true\n" +
  "ServerPassword=old one\n\n[Basic]\nServerPassword=not this\n";
const JSON_29 = JSON.stringify({
  ...{ server_enabled: true, server_port: 4455, auth_required: true, server_password: "new one" },
});

Deno.test("findPassword: the environment, then the file, then OBS's own settings", () => {
  using home = new Home();
  assertEquals(home.find(), undefined);
  home.write(".config/obs-studio/global.ini", INI);
  assertEquals(home.find(), "old one");
  const file = home.write("password.txt", "from the file\r\n");
  assertEquals(home.find(LOCAL, file), "from the file");
  home.environment["LIPCAM_OBS_PASSWORD"] = "from outside";
  assertEquals(home.find(LOCAL, file), "from outside");
});

Deno.test("findPassword takes the settings of the OBS at that port, newer form first, on each system", () => {
  using home = new Home();
  home.write(".config/obs-studio/global.ini", INI);
  home.write(".config/obs-studio/plugin_config/obs-websocket/config.json", JSON_29);
  assertEquals([home.find(), home.find("ws://localhost:4455")], ["old one", "new one"]);
  assertEquals(home.find("ws://127.0.0.1:9999"), "new one");
  home.write("xdg/obs-studio/global.ini", INI.replace("old one", "of XDG"));
  home.environment["XDG_CONFIG_HOME"] = `${home.folder}/xdg`;
  assertEquals(home.find(), "of XDG");
  home.write("Library/Application Support/obs-studio/global.ini", INI.replace("old one", "of macOS"));
  assertEquals(home.find(LOCAL, undefined, "darwin"), "of macOS");
});

Deno.test("findPassword gives OBS's own password to nobody but this machine", () => {
  using home = new Home();
  home.write(".config/obs-studio/global.ini", INI);
  for (const url of ["ws://192.0.2.7:4466", "wss://example.org", "ws://127.0.0.1.example.org:4466"]) {
    assertEquals(home.find(url), undefined);
  }
  home.write(".config/obs-studio/global.ini", INI.replace("AuthRequired=true", "AuthRequired=false"));
  assertEquals(home.find(), undefined);
});

Deno.test("findPassword says what is wrong with a password file, and not what it holds", () => {
  using home = new Home();
  assertThrows(() => home.find(LOCAL, `${home.folder}/none`), InputFault, "reading OBS's password from");
  for (const text of ["", "\n", "hush\nhush\n", "x".repeat(5000)]) {
    const { message } = assertThrows(
      () => home.find(LOCAL, home.write("p.txt", text)),
      InputFault,
      "wanted OBS's password alone",
    ) as Error;
    assertEquals(/hush|xxx/.test(message), false);
  }
});

/**
 * The doctor as a process on this machine, with things really broken around it: an empty PATH, no XDG_RUNTIME_DIR, a
 * run-time folder that may not be entered, a port that is taken, a home without anything; and that it changes nothing.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** Another user and another home know no package cache: take what lies in node_modules and ask nobody. */
const OFFLINE = ["--no-lock", "--node-modules-dir=manual", "--cached-only"];
const IS_LINUX = Deno.build.os === "linux";

interface Finding {
  readonly id: string;
  readonly state: string;
  readonly says: string;
  readonly mend?: readonly string[];
}

interface Surroundings {
  readonly environment?: Record<string, string>;
  readonly uid?: number;
  readonly args?: readonly string[];
}

async function doctor(home: string, { environment = {}, uid, args = [] }: Surroundings = {}) {
  const denoFolder = uid === undefined ? Deno.env.get("DENO_DIR") : join(home, "deno");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...OFFLINE, MAIN, "doctor", "--json", "--all", ...args],
    cwd: home,
    clearEnv: true,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: home,
      TMPDIR: join(home, "tmp"), // a Lipcam that runs on this machine is none of ours
      ...(denoFolder ? { DENO_DIR: denoFolder } : {}),
      ...environment,
    },
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (text(stdout) === "") throw new Error(`doctor printed nothing, exit ${code}: ${text(stderr)}`);
  const findings = JSON.parse(text(stdout)) as Finding[];
  return { code, findings, find: (id: string) => findings.find((one) => one.id === id), notes: text(stderr) };
}

function withHome(run: (home: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const home = Deno.makeTempDirSync({ prefix: "lipcam_home_" });
    Deno.mkdirSync(join(home, "tmp"));
    for (const folder of [home, join(home, "tmp")]) Deno.chmodSync(folder, 0o777);
    try {
      await run(home);
    } finally {
      Deno.removeSync(home, { recursive: true });
    }
  };
}

Deno.test({
  name: "doctor --json answers JSON only, exit 1 exactly when something is lacking, and changes nothing",
  ignore: !IS_LINUX,
  fn: withHome(async (home) => {
    const { code, findings, notes } = await doctor(home, { args: ["--port", "0"] });
    assertEquals(notes, "");
    assertEquals(code, findings.some(({ state }) => state === "lacks") ? 1 : 0);
    assertEquals(findings.find(({ id }) => id === "media")?.state, "ok");
    assertEquals(findings.find(({ id }) => id === "deno")?.state, "ok");
    const left = [...Deno.readDirSync(home)].map(({ name }) => name).filter((name) =>
      ![".cache", "tmp"].includes(name)
    );
    assertEquals(left, []);
  }),
});

Deno.test({
  name: "doctor with an empty PATH finds no tool and still answers every line",
  ignore: !IS_LINUX,
  fn: withHome(async (home) => {
    const environment = { PATH: join(home, "nothing") };
    const { findings, find } = await doctor(home, { environment });
    assert(find("server")?.state !== "ok" || find("pactl")?.state === "lacks", "pactl cannot be found");
    assertEquals(find("check_failed"), undefined);
    assert(findings.some(({ id }) => id === "advice_zoom"));
  }),
});

Deno.test({
  name: "doctor without XDG_RUNTIME_DIR, and with one that does not exist",
  ignore: !IS_LINUX,
  fn: withHome(async (home) => {
    const { find } = await doctor(home);
    assertEquals(find("runtime_unset")?.state, "note");
    const absent = await doctor(home, { environment: { XDG_RUNTIME_DIR: join(home, "absent") } });
    assertStringIncludes(absent.find("runtime_folder")?.says ?? "", "does not exist");
  }),
});

Deno.test({
  name: "doctor with a run-time folder of mode 0",
  // Only root may become somebody who is kept out by a mode.
  ignore: !IS_LINUX || Deno.uid() !== 0 && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1",
  fn: withHome(async (home) => {
    const closed = join(home, "run");
    Deno.mkdirSync(closed);
    Deno.chmodSync(closed, 0);
    const uid = Deno.uid() === 0 ? 65534 : undefined;
    if (uid !== undefined) Deno.chownSync(home, uid, uid);
    const { find, notes } = await doctor(home, {
      environment: { XDG_RUNTIME_DIR: closed },
      ...(uid === undefined ? {} : { uid }),
    });
    assertStringIncludes(find("runtime_folder")?.says ?? "", "may not be written");
    assertMatch(notes, /^doctor: asking whether Lipcam runs failed: [^\n]*\n$/);
    Deno.chmodSync(closed, 0o700);
  }),
});

Deno.test({
  name: "doctor with its port taken names a free one",
  ignore: !IS_LINUX,
  fn: withHome(async (home) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const { code, find } = await doctor(home, { environment: { LIPCAM_PORT: String(port) } });
    assertEquals(code, 1);
    assertEquals(code, 1);
    assertStringIncludes(find("port")?.says ?? "", `port ${port} of 127.0.0.1 is taken`);
    assertStringIncludes(find("port")?.mend?.join() ?? "", `--port ${port + 1}`);
  }),
});

Deno.test({
  name: "doctor ends quietly when nobody reads it",
  ignore: !IS_LINUX,
  fn: withHome(async (home) => {
    const { code, stderr } = await new Deno.Command("/bin/sh", {
      args: [
        "-c",
        `"$0" run -A --quiet "$1" doctor --json | head -c 1 >/dev/null`,
        Deno.execPath(),
        MAIN,
      ],
      cwd: home,
      stdin: "null",
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  }),
});

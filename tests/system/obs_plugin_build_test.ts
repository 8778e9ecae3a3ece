/**
 * The OBS plugin without OBS: it builds with warnings as errors, its parts pass their tests under sanitizers, the fuzzer
 * finds nothing in ten seconds, the Debian package holds what it should, and the installer does as it says.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists, skipWithout } from "./live_process.ts";
import { buildObs, buildPlugin, PLUGIN_SOURCES, runTool } from "./obs/plugin.ts";

const TOOLS = ["cmake", "cc", "make"];
const INSTALLER = decodeURIComponent(new URL("../../scripts/obs_install.ts", import.meta.url).pathname);
const FUZZED_S = 10;

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("OBS plugin build: no warning, no symbol but the module's own, its version and protocol inside", async () => {
  if (skipWithout("the build of the OBS plugin", ...TOOLS, "nm")) return;
  const { library } = await buildPlugin();
  const said = await runTool("nm", ["-D", "--defined-only", library]);
  const symbols: string[] = said.match(/(?<= T )\S+/g) ?? [];
  assertEquals(symbols.filter((name) => !name.startsWith("obs_module_")), []);
  assert(symbols.includes("obs_module_load"), symbols.join());
  const text = new TextDecoder("latin1").decode(Deno.readFileSync(library));
  const version = /project\(lipcam VERSION (\S+)/.exec(
    Deno.readTextFileSync(`${PLUGIN_SOURCES}/CMakeLists.txt`),
  )!;
  assert(
    text.includes(`[lipcam] version ${version[1]} loaded, protocol version 1`),
    "what the doctor looks for",
  );
});

Deno.test("OBS plugin build: every language has every text", () => {
  const keysOf = (file: string) =>
    Deno.readTextFileSync(`${PLUGIN_SOURCES}/data/locale/${file}`).split("\n").filter((line) => line !== "")
      .map((line) => /^([\w.]+)="[^"]+"$/.exec(line)?.[1] ?? `not a text: ${line}`);
  const english = keysOf("en-US.ini");
  for (const file of ["vi-VN.ini", "zh-CN.ini"]) assertEquals(keysOf(file), english);
  const sources = names(`${PLUGIN_SOURCES}/src`).filter((file) => file.endsWith(".c"))
    .map((file) => Deno.readTextFileSync(`${PLUGIN_SOURCES}/src/${file}`)).join();
  for (const key of english) assert(sources.includes(`"${key}"`), `${key} is used nowhere`);
});

Deno.test("OBS plugin build: the parts pass their tests under AddressSanitizer and UBSan", async () => {
  if (skipWithout("the C tests of the OBS plugin", ...TOOLS)) return;
  const settings = ["-DLIPCAM_BUILD_PLUGIN=OFF", "-DLIPCAM_BUILD_TESTS=ON", "-DLIPCAM_BUILD_FUZZER=ON"];
  const folder = await buildObs("obs-tests", "-DCMAKE_BUILD_TYPE=Debug", ...settings);
  assertMatch(await runTool(`${folder}/tests/lipcam_tests`, []), /\b0 failed/);
  const inputs = names(`${PLUGIN_SOURCES}/fuzz/regress`);
  const paths = inputs.map((name) => `${PLUGIN_SOURCES}/fuzz/regress/${name}`);
  const said = await runTool(`${folder}/fuzz/lipcam_run_inputs`, paths);
  assertEquals(said.trim(), `${inputs.length} inputs`);
});

Deno.test(`OBS plugin build: ${FUZZED_S} s of fuzzing find nothing`, async () => {
  if (skipWithout("fuzzing the OBS plugin", ...TOOLS, "clang")) return;
  const folder = new URL("../../.cache/obs-fuzz", import.meta.url).pathname;
  const script = `${PLUGIN_SOURCES}/fuzz/run.sh`;
  const said = await runTool("env", [`DENO=${Deno.execPath()}`, script, String(FUZZED_S), folder]);
  const runs = Number(/number_of_executed_units: (\d+)/.exec(said)?.[1]);
  assert(runs > 1000, `${runs} inputs were run: ${said.slice(-500)}`);
});

Deno.test("OBS plugin build: without libobs one line names the package; pkg-config alone is enough", async () => {
  if (skipWithout("finding libobs", ...TOOLS, "pkg-config")) return;
  const folder = Deno.makeTempDirSync({ prefix: "lipcam-obs-build-" });
  const configure = ["-S", PLUGIN_SOURCES, "-B", folder, "-DCMAKE_DISABLE_FIND_PACKAGE_libobs=ON"];
  try {
    const failed = await runTool("env", ["PKG_CONFIG_LIBDIR=/nowhere", "cmake", ...configure]).catch(String);
    assertMatch(failed, /libobs not found, wanted its development files: sudo apt install libobs-dev/);
    assertMatch(await runTool("cmake", configure), /libobs: pkg-config, version \d/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** The installer in a home of its own. */
class Home implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "lipcam-obs-home-" });
  readonly plugins = `${this.folder}/.config/obs-studio/plugins`;

  async run(args: string[], more: Record<string, string> = {}) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "-A", INSTALLER, ...args],
      env: {
        HOME: this.folder,
        XDG_CONFIG_HOME: "",
        DENO_DIR: `${this.folder}/.deno`,
        NO_COLOR: "1",
        ...more,
      },
      stdin: "null",
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
    return { code, out: out!, err: err!, lines: err!.split("\n").filter((line) => line !== "").length };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

Deno.test("obs:install puts the plugin where this user's OBS looks, over an old one too, and takes it away", async () => {
  if (skipWithout("installing the OBS plugin", ...TOOLS)) return;
  using home = new Home();
  Deno.mkdirSync(`${home.plugins}/lipcam/old`, { recursive: true });
  Deno.mkdirSync(`${home.plugins}/other`);
  const { code, out, err } = await home.run([]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^installed: .*\/plugins\/lipcam\n(note: .*\n)*next: restart OBS .*deno task obs:setup/);
  assertEquals(names(`${home.plugins}/lipcam`), ["bin", "data"]);
  assert(exists(`${home.plugins}/lipcam/bin/64bit/lipcam.so`), "the library");
  assertEquals(names(`${home.plugins}/lipcam/data/locale`), ["en-US.ini", "vi-VN.ini", "zh-CN.ini"]);
  assertEquals(names(`${home.folder}/.config/obs-studio`), ["plugins"]);

  const elsewhere = `${home.folder}/elsewhere`;
  assertEquals((await home.run([], { XDG_CONFIG_HOME: elsewhere })).code, 0);
  assert(exists(`${elsewhere}/obs-studio/plugins/lipcam/bin/64bit/lipcam.so`), "XDG_CONFIG_HOME");

  assertMatch((await home.run(["--remove"])).out, /^removed: /);
  assertEquals(names(home.plugins), ["other"]);
  const again = await home.run(["--remove"]);
  assertEquals(again.code, 0);
  assertMatch(again.out, /^nothing to remove: /);
});

Deno.test("obs:install says in one line what is missing or wrong", async () => {
  using home = new Home();
  const poor = await home.run([], { PATH: "" });
  assertEquals([poor.code, poor.lines, poor.out], [3, 1, ""]);
  assertMatch(poor.err, /^obs:install: .*no cmake, no C compiler.*sudo apt install cmake gcc/);
  assertEquals(names(home.plugins), []);
  for (const args of [["--faster"], ["--deb", "--remove"], ["folder"]]) {
    const wrong = await home.run(args);
    assertEquals([wrong.code, wrong.lines], [2, 1]);
    assert(wrong.err.includes(args.join(" ")), wrong.err);
  }
  const help = await home.run(["--help"]);
  assertEquals([help.code, help.err], [0, ""]);
  assertMatch(help.out, /--remove[\s\S]*--deb/);
  const lost = await home.run(["--remove"], { HOME: "" });
  assertEquals([lost.code, lost.lines], [1, 1]);
  assertMatch(lost.err, /neither HOME nor XDG_CONFIG_HOME/);
});

Deno.test("obs:install --deb makes a package with the library, its texts and its dependencies", async () => {
  if (skipWithout("packing the OBS plugin", ...TOOLS, "dpkg-deb", "dpkg-shlibdeps")) return;
  using home = new Home();
  const { code, out, err } = await home.run(["--deb"]);
  assertEquals([code, err], [0, ""]);
  const files = (await runTool("dpkg-deb", ["-c", out])).match(/(?<= \.)\/usr\/\S+[^/\s]$/gm) ?? [];
  const triplet = /\/usr\/lib\/([^/]+-linux-gnu[^/]*)\/obs-plugins\/lipcam\.so/.exec(files.join("\n"));
  assert(triplet !== null, files.join());
  const data = "/usr/share/obs/obs-plugins/lipcam/locale";
  assertEquals(files.sort(), [
    `/usr/lib/${triplet[1]}/obs-plugins/lipcam.so`,
    "/usr/share/doc/lipcam-obs/copyright",
    ...["en-US", "vi-VN", "zh-CN"].map((language) => `${data}/${language}.ini`),
  ]);
  const fields = await runTool("dpkg-deb", ["-f", out, "Package", "Depends", "Section", "Version"]);
  assertMatch(fields, /Package: lipcam-obs\n/);
  assertMatch(fields, /Depends: .*obs-studio \(>= \d+\)/);
  assertMatch(fields, /Depends: .*libobs0/);
  assertMatch(fields, /Depends: .*libc6/);
});

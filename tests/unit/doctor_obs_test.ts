/** The doctor's lines about OBS, by breaking one thing of a made-up machine after another. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Machine, test } from "../fakes/machine.ts";

const CONFIG = "/home/.config/obs-studio";
const PLUGIN = `${CONFIG}/plugins/lipcam/bin/64bit/lipcam.so`;

/** The home of the machine is under its root; its settings are looked for by their whole path. */
function withObs(machine: Machine, { isEnabled = true, port = 4455, isPasswordWanted = true } = {}): void {
  machine.environment["HOME"] = "/home";
  machine.script("obs", "exit 1");
  machine.script("dpkg-query", 'printf "29.0.2+dfsg-1+deb12u1"');
  machine.file(
    `${CONFIG}/global.ini`,
    `[General]\nFirstRun=true\n\n[OBSWebSocket]\nServerEnabled=${isEnabled}\nServerPort=${port}\nAuthRequired=${isPasswordWanted}\nServerPassword=secret\n`,
  );
  machine.file(PLUGIN, "\x7fELF...[lipcam] version 0.1.0 loaded, protocol version 1\0...");
}

async function obsOf(machine: Machine) {
  const found = (await machine.examine()).filter(({ area }) => area === "obs");
  return {
    ids: found.map(({ id, state }) => `${id} ${state}`),
    one: (id: string) => found.find((each) => each.id === id)!,
  };
}

test("a whole OBS is told in four lines, and its password in none", async (machine) => {
  withObs(machine);
  const { ids, one } = await obsOf(machine);
  assertEquals(ids, ["obs ok", "plugin ok", "websocket ok", "virtual_camera ok"]);
  assertStringIncludes(one("obs").says, "OBS 29.0.2");
  assertStringIncludes(one("plugin").says, "source Lipcam 0.1.0");
  assertStringIncludes(one("websocket").says, "port 4455, with a password, and OBS is not running");
  assertStringIncludes(one("virtual_camera").says, '/dev/video10 ("OBS Virtual Camera")');
  assert(!JSON.stringify(await machine.examine()).includes("secret"));
});

test("an OBS of another machine is not looked for on this one", async (machine) => {
  machine.isObsWanted = true;
  machine.obsUrl = "ws://studio.example:4455";
  assertEquals((await obsOf(machine)).ids, ["obs_elsewhere note"]);
});

test("no OBS is nobody's loss, but where the settings ask for it", async (machine) => {
  assertEquals((await obsOf(machine)).ids, ["no_obs note"]);
  machine.isObsWanted = true;
  const { ids, one } = await obsOf(machine);
  assertEquals(ids, ["no_obs lacks"]);
  assertEquals(one("no_obs").mend, ["sudo apt install obs-studio"]);
});

test("an OBS without our source, and one with an older one", async (machine) => {
  withObs(machine);
  machine.remove(PLUGIN);
  assertEquals((await obsOf(machine)).one("no_plugin").mend, ["deno task obs:install"]);
  machine.file(
    "/usr/lib/x86_64-linux-gnu/obs-plugins/lipcam.so",
    "[lipcam] version 0.0.9 loaded, protocol version 7\0",
  );
  const { ids, one } = await obsOf(machine);
  assert(ids.includes("plugin_version lacks"));
  assertStringIncludes(
    one("plugin_version").says,
    "Lipcam, 0.0.9, speaks version 7 of the protocol, wanted 1",
  );
  machine.file(PLUGIN, "[lipcam] version 0.1.0 loaded, protocol version 1\0");
  assert((await obsOf(machine)).ids.includes("plugin ok"), "the user's own comes first");
});

test("a websocket that is off, elsewhere, without a password, or of an OBS never started", async (machine) => {
  withObs(machine, { isEnabled: false });
  assert((await obsOf(machine)).ids.includes("websocket_off note"));
  machine.isObsWanted = true;
  const off = (await obsOf(machine)).one("websocket_off");
  assertEquals(off.state, "lacks");
  assertStringIncludes(off.mend!.join(), "Tools, WebSocket Server Settings");
  withObs(machine, { port: 4466 });
  assertStringIncludes((await obsOf(machine)).one("websocket_port").mend!.join(), "ws://127.0.0.1:4466");
  machine.obsUrl = "ws://127.0.0.1:4466";
  assert((await obsOf(machine)).ids.includes("websocket ok"));
  withObs(machine, { port: 4466, isPasswordWanted: false });
  assertStringIncludes((await obsOf(machine)).one("websocket").says, "every program here may steer OBS");
  machine.remove(`${CONFIG}/global.ini`);
  assert((await obsOf(machine)).ids.includes("websocket_unknown note"));
  machine.file(
    `${CONFIG}/plugin_config/obs-websocket/config.json`,
    '{"server_enabled": true, "server_port": 4466, "auth_required": true, "server_password": "x"}',
  );
  assert((await obsOf(machine)).ids.includes("websocket ok"), "the newer form of the settings");
  machine.file(`${CONFIG}/plugin_config/obs-websocket/config.json`, "{cut off");
  assert((await obsOf(machine)).ids.includes("websocket_unknown note"));
});

test("one camera node for two programs, and a Flatpak's OBS", async (machine) => {
  withObs(machine);
  machine.file("/sys/devices/virtual/video4linux/video10/name", "Lipcam\n");
  machine.file("/sys/devices/virtual/video4linux/video11/name", "OBS Virtual Camera\n");
  const order = (await obsOf(machine)).one("virtual_camera_order");
  assertStringIncludes(order.says, 'lowest number, /dev/video10 ("Lipcam")');
  assertStringIncludes(order.mend!.join(), '"OBS Virtual Camera,Lipcam"');
  machine.remove("/sys/devices/virtual/video4linux/video11");
  const shared = (await obsOf(machine)).one("virtual_camera_shared");
  assertStringIncludes(shared.says, "whichever of Lipcam and OBS's virtual camera starts second");
  assertStringIncludes(shared.mend!.join(), "OBS Virtual Camera");
  machine.remove("/bin/obs");
  machine.file("/var/lib/flatpak/app/com.obsproject.Studio/current/active/metadata", "");
  const { ids, one } = await obsOf(machine);
  assert(ids.includes("plugin_flatpak note"));
  assertStringIncludes(one("obs").says, "in a Flatpak");
});

/** `devices`: the cameras and the sound devices of this machine, as --camera and --sound want them named. */
import { EXIT, oneLine } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";

export const command: Command = {
  name: "devices",
  summary: "list cameras and sound devices",
  usage: "[flags]",
  about: `Lists every video node with what it is good for, and every device that sound can be played on. The
first column is what --camera and --sound take. deno task doctor says how to get what is missing.`,
  examples: [
    { command: "deno task devices", does: "what there is" },
    { command: "deno task devices --json", does: "the same for a program: {cameras, sounds}" },
  ],
  flags: [JSON_FLAG],
  async run(context) {
    const { listCameras } = await import("../camera/mod.ts");
    const { listSoundDevices } = await import("../sound/mod.ts");
    const cameras = Deno.build.os === "linux" ? listCameras() : [];
    const sounds = await listSoundDevices(context.stopSignal()).catch((error) => {
      context.note(
        `devices: asking for sound devices failed: ${oneLine(error)} (deno task doctor says more)`,
      );
      return [];
    });
    if (context.flags.isOn("json")) {
      context.out(JSON.stringify({ cameras, sounds }, null, 2));
      return EXIT.ok;
    }
    context.out("Cameras");
    if (cameras.length === 0) context.out("  none (deno task doctor says how to get one)");
    for (const camera of cameras) {
      const holders = camera.holders.map(({ pid, name }) => `${name} ${pid}`).join(", ");
      const what = camera.errno !== 0
        ? "cannot be asked (deno task doctor)"
        : !camera.isLoopback
        ? "a real camera"
        : camera.isBusy
        ? "loopback, in use"
        : "loopback, free";
      context.out(
        `  ${camera.path}  ${camera.card}  ${what}${holders === "" ? "" : `  opened by ${holders}`}`,
      );
    }
    context.out("Sound");
    if (sounds.length === 0) context.out("  none (deno task doctor says what is missing)");
    for (const { name, channels, system } of sounds) {
      context.out(`  ${name}  ${system}, ${channels} channels`);
    }
    return EXIT.ok;
  },
};

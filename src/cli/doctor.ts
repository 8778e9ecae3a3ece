/** `doctor`: prints what is wrong with this machine and the mend. Reads only; exit 1 where something is lacking. */
import { hasPreview } from "../app/mod.ts";
import { EXIT, oneLine } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunningPid } from "./running.ts";

export const command: Command = {
  name: "doctor",
  summary: "say what is wrong with this machine and how to mend it",
  usage: "[flags]",
  about: `Looks at the camera module, the sound system, the programs that shall see the camera, and at what
Lipcam itself needs. For each thing that is lacking it says what works without it and the exact mend.
It changes nothing and never asks for a password: the mends are for you to type.
Exit code 0: nothing is lacking. 1: something is; the rest works all the same.`,
  examples: [
    { command: "deno task doctor", does: "what is lacking, and how to mend it" },
    { command: "deno task doctor --all", does: "also what is fine" },
    {
      command: "deno task doctor --json",
      does: "a list of {id, area, state, says, without, mend} for a program",
    },
  ],
  flags: [
    { name: "all", kind: "switch", doc: "also print what is fine" },
    { name: "port", kind: "text", value: "N", doc: "port to look at", setting: "port" },
    JSON_FLAG,
  ],
  async run(context) {
    const { examine, SystemProbe } = await import("../doctor/mod.ts");
    const { config } = await context.loadConfig();
    const runningPid = await findRunningPid(context).catch((error) => {
      context.note(`doctor: asking whether Lipcam runs failed: ${oneLine(error)}`);
      return undefined;
    });
    const findings = await examine(new SystemProbe({ environment: context.environment }), {
      projectFolder: context.folders.project,
      workingFolder: context.folders.working,
      port: config.port,
      runningPid,
      obsUrl: config.obs.url,
      isObsWanted: config.obs.connect || config.camera === "obs",
      ...(hasPreview(config) ? { preview: config.webrtc } : {}),
    });
    const lacking = findings.filter(({ state }) => state === "lacks").length;
    if (context.flags.isOn("json")) context.out(JSON.stringify(findings, null, 2));
    else {
      for (const finding of findings) {
        if (finding.state === "ok" && !context.flags.isOn("all")) continue;
        context.out(`${finding.state.padEnd(6)}${finding.says}`);
        if (finding.without !== undefined) context.out(`      works without it: ${finding.without}`);
        for (const line of finding.mend ?? []) context.out(`        ${line}`);
      }
      context.out(lacking === 0 ? "nothing is lacking" : `${lacking} lacking`);
    }
    return lacking === 0 ? EXIT.ok : EXIT.failed;
  },
};

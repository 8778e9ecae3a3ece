/** The doctor's look at this machine from inside a running programme. */
import { type Config, type Environment, type Folders, hasPreview } from "../app/mod.ts";
import { examine, type Finding, SystemProbe } from "../doctor/mod.ts";

export interface ExamineOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly environment: Environment;
}

export async function examineHere(
  { config, folders, environment }: ExamineOptions,
): Promise<(Finding & Record<string, unknown>)[]> {
  const findings = await examine(new SystemProbe({ environment }), {
    projectFolder: folders.project,
    workingFolder: folders.working,
    port: config.port,
    runningPid: Deno.pid,
    obsUrl: config.obs.url,
    isObsWanted: config.obs.connect || config.camera === "obs",
    ...(hasPreview(config) ? { preview: config.webrtc } : {}),
  });
  return findings.map((finding) => ({ ...finding }));
}

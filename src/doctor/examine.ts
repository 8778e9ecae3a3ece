/** Runs every check and gathers what they find, camera first. A check that itself fails is a finding, not the end. */
import { oneLine } from "../errors/mod.ts";
import { applicationAdvice, checkApplications } from "./applications.ts";
import { checkCameraModule } from "./camera_module.ts";
import { checkCameraNodes } from "./camera_nodes.ts";
import { type Area, type Finding, lacks, type Situation } from "./finding.ts";
import { adviceFor } from "./other_systems.ts";
import type { Probe } from "./probe.ts";
import { checkObs } from "./obs.ts";
import { checkPreview } from "./preview.ts";
import { checkProgramme } from "./programme.ts";
import { checkSound } from "./sound.ts";

type Check = (probe: Probe, situation: Situation) => Finding[] | Promise<Finding[]>;

const ON_LINUX: readonly [Area, Check][] = [
  ["camera", checkCameraModule],
  ["camera", checkCameraNodes],
  ["sound", checkSound],
  ["obs", checkObs],
  ["preview", checkPreview],
  ["applications", checkApplications],
  ["programme", checkProgramme],
  ["applications", applicationAdvice],
];

const ELSEWHERE: readonly [Area, Check][] = [
  ["camera", (probe) => adviceFor(probe.os)],
  ["preview", checkPreview],
  ["programme", checkProgramme],
];

export async function examine(probe: Probe, situation: Situation): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const [area, check] of probe.os === "linux" ? ON_LINUX : ELSEWHERE) {
    try {
      found.push(...await check(probe, situation));
    } catch (error) {
      const says = `a check of doctor's own failed: ${oneLine(error)}`;
      found.push(lacks(area, "check_failed", says, "everything that the other lines call ok", []));
    }
  }
  return found;
}

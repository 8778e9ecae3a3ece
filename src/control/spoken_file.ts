/** Speaks a file that came with a request and removes it when it has been heard, cut off, or refused. */
import { probeAudioFile } from "../speech/mod.ts";
import { HttpProblem } from "./problem.ts";
import type { ProgrammeControl, Said, SoundRequest } from "./programme_control.ts";
import type { Spooled } from "./spool.ts";

/** Rejects with HttpProblem 400 where there is no file, InputFault for one without sound, CapacityFault. */
export async function speakFile(
  programme: ProgrammeControl,
  file: Spooled | undefined,
  wishes: SoundRequest,
): Promise<Said> {
  if (file === undefined) {
    throw new HttpProblem(400, "no_file", "the form has no file, wanted one in the field file");
  }
  try {
    await probeAudioFile(file.path);
    const said = programme.sayFile(file.path, wishes);
    said.ended.then(() => file[Symbol.asyncDispose]());
    return said;
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

/** `stop`: asks the running programme to end in order, and waits until it has. */
import { EXIT, Fault } from "../errors/mod.ts";
import { delay } from "../time/mod.ts";
import type { Command } from "./command.ts";
import { findRunning, findRunningPid, PORT_FLAG } from "./running.ts";

const END_MS_MAX = 10_000;
const LOOK_MS = 100;

export const command: Command = {
  name: "stop",
  summary: "end the running programme",
  usage: "[flags]",
  about: "Ends the running programme in order: the recording is closed, devices are given back.",
  examples: [{ command: "deno task stop", does: "end it and wait until it has ended" }],
  flags: [PORT_FLAG],
  async run(context) {
    const running = await findRunning(context);
    const signal = context.stopSignal();
    await running.stop();
    const deadlineMs = context.clock.nowMs() + END_MS_MAX;
    while (await findRunningPid(context) === running.pid) {
      if (context.clock.nowMs() > deadlineMs) {
        throw new Fault(
          `ending Lipcam (pid ${running.pid}) took longer than ${END_MS_MAX} ms; kill ${running.pid} ends it`,
          {
            code: "deadline",
          },
        );
      }
      await delay(LOOK_MS, signal);
    }
    return EXIT.ok;
  },
};

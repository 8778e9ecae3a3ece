/**
 * The running Lipcam, for the commands that talk to it. In: the surroundings and, where several run, --port. Out: a
 * client of its loopback API; every request has the client's deadline.
 */
import type { ControlClient } from "../control/mod.ts";
import { Fault, InputFault } from "../errors/mod.ts";
import type { CommandContext, Flag } from "./command.ts";

export const PORT_FLAG: Flag = {
  name: "port",
  kind: "text",
  value: "N",
  doc: "which one, where several run",
};

/** Rejects with Fault `not_running` where nothing runs. */
export async function findRunning(context: CommandContext): Promise<ControlClient> {
  const { connect } = await import("../control/mod.ts");
  const typed = context.flags.text("port");
  if (typed !== undefined && !/^\d{1,5}$/.test(typed)) {
    throw new InputFault(`--port is ${JSON.stringify(typed)}, wanted a whole number from 1 to 65535`, {
      code: "bad_setting",
    });
  }
  const signal = context.stopSignal();
  const env = (name: string) => context.environment[name];
  return await connect({ env, signal, ...(typed === undefined ? {} : { port: Number(typed) }) });
}

/** The same for those who only want to know. */
export async function findRunningPid(context: CommandContext): Promise<number | undefined> {
  try {
    return (await findRunning(context)).pid;
  } catch (error) {
    if (error instanceof Fault && error.code === "not_running") return undefined;
    throw error;
  }
}

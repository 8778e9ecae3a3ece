/**
 * `prepare` as a person runs it, but with the network shut.
 *
 *   const { code, stderr } = await runPrepare(room, "portrait.jpg", "--id", "me");
 */
import type { Room } from "./live_process.ts";

const MAIN = decodeURIComponent(new URL("../../main.ts", import.meta.url).pathname);

export async function runPrepare(room: Room, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--deny-net", MAIN, "prepare", ...args],
    cwd: room.working,
    env: room.env(),
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/**
 * Why OBS could not be reached, in one line each. In: what connecting threw. Out: a Fault, told apart by its code:
 * obs_absent, obs_silent, obs_old, obs_rpc, obs_not_there (something else listens) are DeviceFaults, obs_password is an
 * InputFault, obs_nonsense a Fault.
 *
 * A server without protocol 5 is asked as protocol 4 did, since the mend is another one. Limits: that question takes
 * at most `answerMsMax`.
 */
import { OBSWebSocketError } from "obs-websocket-js/json";
import { DeviceFault, Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { withDeadline } from "../../time/mod.ts";

const PASSWORD_WRONG = 4009;
const RPC_UNKNOWN = 4010;

export interface Opening {
  readonly url: string;
  readonly hasPassword: boolean;
  readonly answerMsMax: number;
  readonly signal: AbortSignal;
}

/** The codes after which trying again by itself would be wrong or in vain: a person has to do something first. */
export const REFUSALS: readonly string[] = ["obs_password", "obs_rpc", "obs_kicked"];

export async function openingFault(error: unknown, opening: Opening): Promise<Fault> {
  const { url, hasPassword } = opening;
  const root = error instanceof Fault && error.cause instanceof OBSWebSocketError ? error.cause : error;
  const says = oneLine(root);
  const code = root instanceof OBSWebSocketError ? root.code : 0;
  const fault = (name: string, line: string) => {
    const Class = name === "obs_password" ? InputFault : DeviceFault;
    return new Class(`OBS at ${url} ${line}`, {
      code: name,
      retryable: !REFUSALS.includes(name),
      cause: error,
    });
  };
  if (code === PASSWORD_WRONG) {
    const what = hasPassword ? "does not take this password" : "wants a password and there is none";
    return fault(
      "obs_password",
      `${what}, wanted the one of OBS's Tools, WebSocket Server Settings, in LIPCAM_OBS_PASSWORD or the file obs.passwordFile`,
    );
  }
  if (code === RPC_UNKNOWN) {
    return fault(
      "obs_rpc",
      `does not speak websocket protocol 5 version 1 (${says}), wanted OBS 28 or later`,
    );
  }
  if (/subprotocol/i.test(says)) {
    const old = await oldVersion(opening);
    if (old !== undefined) {
      return fault("obs_old", `has obs-websocket ${old}, wanted 5, which OBS 28 and later bring along`);
    }
    return fault("obs_not_there", "is another program's websocket, wanted OBS's");
  }
  if (error instanceof Fault && error.code === "deadline") {
    return fault("obs_silent", `said nothing within ${opening.answerMsMax} ms, wanted OBS's websocket`);
  }
  if (error instanceof Fault && error.code === "obs_nonsense") return error;
  if (/refused|ECONNREFUSED/i.test(says)) {
    return fault(
      "obs_absent",
      "is not there (connection refused), wanted OBS with Tools, WebSocket Server Settings, Enable",
    );
  }
  if (/unexpected server response/i.test(says)) {
    return fault("obs_not_there", `is no websocket (${says}), wanted OBS's`);
  }
  return fault("obs_absent", `cannot be reached: ${says === "" ? `closed with ${code}` : says}`);
}

/** The version of an obs-websocket 4, undefined where it is none. */
async function oldVersion({ url, answerMsMax, signal }: Opening): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = new WebSocket(url);
  const closed = new Promise<void>((done) => socket.onclose = () => done());
  closed.then(() => resolve(undefined));
  socket.onerror = (event) => event.preventDefault();
  socket.onopen = () => socket.send('{"request-type":"GetVersion","message-id":"lipcam"}');
  socket.onmessage = ({ data }) => {
    const version = /"obs-websocket-version":\s*"([^"]{1,20})"/.exec(String(data))?.[1];
    if (version !== undefined) resolve(version);
  };
  try {
    return await withDeadline(promise, answerMsMax, "asking an older OBS", signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Fault) return undefined; // silent: it is neither
    throw error;
  } finally {
    socket.close();
  }
}

/**
 * Opens a place where OBS may connect. In: a socket's path or a port. Out: a listener, or an InputFault that says who or
 * what is in the way. A socket that nobody listens at any more is taken over; a second programme gets a name of its own.
 */
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { withDeadline } from "../../time/mod.ts";
import type { FeedPlace } from "./messages.ts";

export interface OpenListener {
  readonly listener: Deno.Listener;
  readonly url: string;
  readonly path?: string;
  /** The path that was wanted and is another programme's, where this one is another. */
  readonly instead?: string;
}

/** obs.sock, obs-2.sock .. */
const PROGRAMMES_MAX = 9;
const CONNECT_MS_MAX = 1000;

export async function listenAt(place: FeedPlace): Promise<OpenListener> {
  if ("port" in place) return listenAtPort(place.port);
  const first = place.path;
  for (let nth = 1; nth <= PROGRAMMES_MAX; nth++) {
    const path = nth === 1 ? first : first.replace(/(\.[^./]*)?$/, `-${nth}$1`);
    if (await makeFree(path)) {
      return { listener: open(path), url: `unix:${path}`, path, ...(nth === 1 ? {} : { instead: first }) };
    }
    if (place.isFixed) break;
  }
  throw new InputFault(
    `the OBS socket ${first} is another programme's, wanted a path of its own (obs.socket)`,
    {
      code: "obs_socket_taken",
    },
  );
}

function listenAtPort(port: number): OpenListener {
  try {
    const listener = Deno.listen({ hostname: "127.0.0.1", port });
    return { listener, url: `tcp://127.0.0.1:${listener.addr.port}` };
  } catch (error) {
    throw new InputFault(
      `offering the programme to OBS at port ${port}: ${oneLine(error)}, wanted a free port (obs.mediaPort)`,
      { code: "obs_port_taken", cause: error },
    );
  }
}

function open(path: string): Deno.Listener {
  try {
    const listener = Deno.listen({ transport: "unix", path });
    Deno.chmodSync(path, 0o600);
    return listener;
  } catch (error) {
    throw new InputFault(`opening the OBS socket ${path}: ${oneLine(error)}, wanted a place for a socket`, {
      code: "obs_socket_failed",
      cause: error,
    });
  }
}

/** Whether `path` can be listened at now; a socket left by a programme that is gone is removed. */
async function makeFree(path: string): Promise<boolean> {
  let found: Deno.FileInfo;
  try {
    found = Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw new InputFault(
      `looking at the OBS socket ${path}: ${oneLine(error)}, wanted a path in a folder of ours`,
      {
        code: "obs_socket_failed",
        cause: error,
      },
    );
  }
  if (!found.isSocket) {
    throw new InputFault(`the OBS socket ${path} is ${kindOf(found)}, wanted a path that is free`, {
      code: "obs_socket_in_the_way",
    });
  }
  try {
    const connection = await withDeadline(
      Deno.connect({ transport: "unix", path }),
      CONNECT_MS_MAX,
      "connecting",
    );
    connection.close();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) {
      Deno.removeSync(path);
      return true;
    }
    if (error instanceof Fault && error.code === "deadline") return false; // full or stopped, but somebody's
    if (error instanceof Deno.errors.NotFound) return true; // its owner has just removed it
    throw new InputFault(`looking at the OBS socket ${path}: ${oneLine(error)}, wanted a path of ours`, {
      code: "obs_socket_failed",
      cause: error,
    });
  }
}

function kindOf({ isFile, isDirectory }: Deno.FileInfo): string {
  return isFile ? "a file" : isDirectory ? "a folder" : "no socket";
}

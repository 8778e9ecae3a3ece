/**
 * Opens a place where OBS may connect. In: a socket's path or a port. Out: a listener, or an InputFault that says who or
 * what is in the way. A socket that nobody listens at any more is taken over; a second programme gets a name of its own.
 */
import { resolve } from "node:path";
import { InputFault, oneLine } from "../../errors/mod.ts";
import type { FeedPlace } from "./messages.ts";
import { takeSocket } from "./socket_path.ts";

/** Disposing closes it; a socket's path is removed then. */
export interface OpenListener extends Disposable {
  readonly listener: Deno.Listener;
  readonly url: string;
  readonly path?: string;
  /** The path that was wanted and is another programme's, where this one is another. */
  readonly instead?: string;
}

/** obs.sock, obs-2.sock .. */
const PROGRAMMES_MAX = 9;

export async function listenAt(place: FeedPlace): Promise<OpenListener> {
  if ("port" in place) return listenAtPort(place.port);
  const first = resolve(place.path); // OBS runs elsewhere
  for (let nth = 1; nth <= PROGRAMMES_MAX; nth++) {
    const path = nth === 1 ? first : first.replace(/(\.[^./]*)?$/, `-${nth}$1`);
    const socket = await takeSocket(path);
    if (socket !== undefined) {
      const instead = nth === 1 ? {} : { instead: first };
      const { listener } = socket;
      return { listener, url: `unix:${path}`, path, ...instead, [Symbol.dispose]: socket[Symbol.dispose] };
    }
    if (place.isFixed) break;
  }
  throw new InputFault(
    `the OBS socket ${first} is another programme's, wanted a path of its own (obs.socket)`,
    { code: "obs_socket_taken" },
  );
}

function listenAtPort(port: number): OpenListener {
  try {
    const listener = Deno.listen({ hostname: "127.0.0.1", port });
    const url = `tcp://127.0.0.1:${listener.addr.port}`;
    return { listener, url, [Symbol.dispose]: () => listener.close() };
  } catch (error) {
    throw new InputFault(
      `offering the programme to OBS at port ${port}: ${oneLine(error)}, wanted a free port (obs.mediaPort)`,
      { code: "obs_port_taken", cause: error },
    );
  }
}

/**
 * The page, the API and the WebRTC preview of one process: the shared programme, and programmes that viewers have for
 * themselves. The server is opened before the programme's devices are: a taken port or an unwritable token file ends a
 * start before anything else has happened.
 */
import { type BindOptions, isLoopback, startControl } from "../control/mod.ts";
import type { Config, Environment, Folders, Log } from "../app/mod.ts";
import { oneLine } from "../errors/mod.ts";
import { examineHere } from "./examine_here.ts";
import { House } from "./house.ts";
import type { Programme } from "./programme.ts";
import type { OwnProgramme } from "./webrtc_part.ts";

const MEGA = 1024 * 1024;

export interface ServeOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly environment: Environment;
  readonly log: Log;
  /** Of this program. */
  readonly version: string;
  /** Opens a programme for one viewer. Rejects with InputFault, CapacityFault. */
  readonly open: (avatar: string, signal: AbortSignal) => Promise<OwnProgramme>;
  /** Called when a client asks the programme to end. */
  readonly onStop: () => void;
}

export interface PageServer extends AsyncDisposable {
  readonly url: string;
  /** From now on requests are answered by this programme. */
  attach(programme: Programme): void;
}

/** Rejects with InputFault `port_in_use`, `bad_runtime_folder`, `token_unwritable`, `bad_interface`. */
export async function serve(options: ServeOptions): Promise<PageServer> {
  const { config, environment, log, open, onStop } = options;
  const house = new House({ config, log, open, onStop, examine: () => examineHere(options) });
  try {
    const server = await startControl({
      port: config.port,
      house,
      bind: bindOptions(config),
      version: options.version,
      ...(config.compat ? { compat: { mediaRoots: config.mediaRoots } } : {}),
      mediaRoots: config.mediaRoots,
      uploadBytesMax: config.uploadMegabytesMax * MEGA,
      onError: (error) => log.error(`answering a request: ${oneLine(error)}`),
      env: (name) => environment[name],
    });
    return {
      // Other machines have no cookie yet: a link lets a browser in.
      url: isLoopback(config.host) ? server.url : server.pageLink(),
      attach: (programme) => house.share(programme),
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await house[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await house[Symbol.asyncDispose]();
    throw error;
  }
}

function bindOptions({ host, tls: { cert, key }, insecure, allowedHosts }: Config): BindOptions {
  const tls = cert === undefined || key === undefined ? {} : { tls: { cert, key } };
  return { host, isInsecureAllowed: insecure, allowedHosts, ...tls };
}

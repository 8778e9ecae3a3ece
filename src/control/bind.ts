/**
 * Where the page and the API are served, and under which names they may be asked. This machine only is the default; anything
 * else wants TLS, or somebody who says that it is not wanted. Throws InputFault.
 */
import { isIP } from "node:net";
import { InputFault, oneLine } from "../errors/mod.ts";

export interface BindOptions {
  /** Address to listen at. */
  readonly host: string;
  /** Files with a certificate and its key, in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Another address than this machine's own without TLS. */
  readonly isInsecureAllowed: boolean;
  /** Names under which it is reached, besides its address: "studio.example.org" or "studio.example.org:8443". */
  readonly allowedHosts: readonly string[];
}

export interface Bind {
  readonly host: string;
  readonly isLocalOnly: boolean;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly allowedHosts: readonly string[];
}

export const LOCAL_BIND: BindOptions = { host: "127.0.0.1", isInsecureAllowed: false, allowedHosts: [] };

export function bindOf({ host, tls, isInsecureAllowed, allowedHosts }: BindOptions): Bind {
  if (isIP(host) === 0) {
    throw new InputFault(
      `host is ${JSON.stringify(host)}, wanted an IP address such as 127.0.0.1 or 0.0.0.0`,
      {
        code: "bad_host",
      },
    );
  }
  const isLocalOnly = isLoopback(host);
  if (!isLocalOnly && tls === undefined && !isInsecureAllowed) {
    throw new InputFault(
      `host ${host} lets other machines in without TLS, wanted tls.cert and tls.key, or --insecure`,
      { code: "insecure_host" },
    );
  }
  return {
    host,
    isLocalOnly,
    tls: tls && { cert: read(tls.cert, "cert"), key: read(tls.key, "key") },
    allowedHosts,
  };
}

export function isLoopback(address: string): boolean {
  return address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);
}

/** Host headers that are this server's, lower case. */
export function hostNames({ host, isLocalOnly, tls, allowedHosts }: Bind, port: number): ReadonlySet<string> {
  const isAny = host === "0.0.0.0" || host === "::";
  const own = isAny ? Deno.networkInterfaces().map(({ address }) => address) : isLocalOnly ? [] : [host];
  const names = ["127.0.0.1", "localhost", "::1", ...own].map((name) =>
    name.includes(":") ? `[${name}]` : name
  );
  const usual = tls === undefined ? 80 : 443;
  const given = allowedHosts.map((name) => name.toLowerCase());
  const withPort = [...names, ...given.filter((name) => !/:\d+$/.test(name))].map((name) =>
    `${name}:${port}`
  );
  return new Set([
    ...withPort,
    ...given.filter((name) => /:\d+$/.test(name)),
    ...(port === usual ? [...names, ...given] : []),
  ]);
}

/**
 * Host and port of a link for another machine: the first allowed name, or an address of this machine, where every address
 * is bound.
 */
export function linkHost({ host, allowedHosts }: Bind, port: number): string {
  const isAny = host === "0.0.0.0" || host === "::";
  const [named] = isAny ? allowedHosts : [];
  if (named !== undefined) return /:\d+$/.test(named) ? named : `${named}:${port}`;
  const own = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !isLoopback(address)
  );
  const shown = isAny ? own?.address ?? "127.0.0.1" : host;
  return `${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
}

function read(path: string, what: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new InputFault(`tls.${what}: ${oneLine(error)}, wanted a PEM file`, {
      code: "bad_tls",
      cause: error,
    });
  }
}

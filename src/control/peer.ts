/**
 * Who is at the other end of a loopback connection, and who listens on a port, by /proc/net (Linux). Elsewhere, and
 * where /proc is hidden, nothing is known.
 */

/** One end of a connection; an IPv4 address, plain or inside an IPv6 one, or ::1. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

/** A line of /proc/net/tcp or tcp6; addresses as the kernel writes them, "0100007F:1F4A". */
interface SocketRow {
  readonly local: string;
  readonly remote: string;
  readonly state: string;
  readonly uid: number;
  readonly inode: string;
}

const ESTABLISHED = "01";
const LISTENING = "0A";
/** The kernel writes an address as machine words, so the order of its bytes is the machine's. */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The tables' texts; none where there are none to read. */
function readTables(): string[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => {
    try {
      return [Deno.readTextFileSync(file)];
    } catch {
      return []; // no such table here: nothing is known
    }
  });
}

function rowsOf(tables: readonly string[]): SocketRow[] {
  return tables.flatMap((table) => table.split("\n").slice(1)).flatMap((line) => {
    const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
    if (local === undefined || remote === undefined || state === undefined) return [];
    if (uid === undefined || inode === undefined) return [];
    return [{ local, remote, state, uid: Number(uid), inode }];
  });
}

/**
 * Whether the client of the connection `client` -> `server` belongs to the user `uid`. Only a connection that stands,
 * of exactly these two ends, counts: one that is over, or of another address with the same ports, may be anybody's.
 * True where no table can be read (another system, a hidden /proc): there nobody can be told apart.
 */
export function isClientOf(
  uid: number | null,
  client: Endpoint,
  server: Endpoint,
  tables: readonly string[] = readTables(),
): boolean {
  if (uid === null || tables.length === 0) return true;
  const [locals, remotes] = [spellings(client), spellings(server)];
  return rowsOf(tables).some((row) =>
    row.state === ESTABLISHED && locals.includes(row.local) && remotes.includes(row.remote) && row.uid === uid
  );
}

/** Of our end of the connection from `client` to `port`, whatever its state; undefined where it is not known. */
export function connectionInode(
  client: Endpoint,
  port: number,
  tables: readonly string[] = readTables(),
): string | undefined {
  const remotes = spellings(client);
  return rowsOf(tables).find((row) => remotes.includes(row.remote) && portOf(row.local) === port)?.inode;
}

/** How the two tables write an end: an IPv4 one plain and inside an IPv6 address. */
function spellings({ hostname, port }: Endpoint): string[] {
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");
  const word = (four: readonly number[]) =>
    (IS_LITTLE_ENDIAN ? four.toReversed() : four).map((byte) => hex(byte, 2)).join("");
  const long = ipv6Bytes(hostname);
  if (long !== undefined) {
    return [`${[0, 4, 8, 12].map((at) => word(long.slice(at, at + 4))).join("")}:${hex(port, 4)}`];
  }
  const bytes = hostname.replace(/^::ffff:/i, "").split(".").map(Number);
  if (bytes.length !== 4) return [];
  const address = word(bytes);
  const mapped = word([0, 0, 0, 0]) + word([0, 0, 0, 0]) + word([0, 0, 255, 255]) + address;
  return [address, mapped].map((one) => `${one}:${hex(port, 4)}`);
}

/** Undefined for an IPv4 address, plain or inside one. */
function ipv6Bytes(hostname: string): number[] | undefined {
  if (!hostname.includes(":") || hostname.includes(".")) return undefined;
  const [head = "", tail] = hostname.split("::");
  const [front, back] = [head, tail ?? ""].map((part) => part === "" ? [] : part.split(":"));
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front!.length - back!.length);
  const words = [...front!, ...Array<string>(zeros).fill("0"), ...back!].map((part) => parseInt(part, 16));
  return words.flatMap((one) => [one >> 8, one & 255]);
}

function portOf(address: string): number {
  return parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
}

/** The process listening on `port`, where it is one of ours to see. */
export function listenerPid(port: number): number | undefined {
  const inodes = new Set(
    rowsOf(readTables()).filter((row) => row.state === LISTENING && portOf(row.local) === port)
      .map((row) => row.inode),
  );
  if (inodes.size === 0) return undefined;
  for (const entry of readNames("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    for (const descriptor of readNames(`/proc/${entry}/fd`)) {
      const target = readLink(`/proc/${entry}/fd/${descriptor}`);
      const inode = /^socket:\[(\d+)\]$/.exec(target ?? "")?.[1];
      if (inode !== undefined && inodes.has(inode)) return Number(entry);
    }
  }
  return undefined;
}

function readNames(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name);
  } catch {
    return []; // another user's process, or it has just ended
  }
}

function readLink(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined; // closed meanwhile
  }
}

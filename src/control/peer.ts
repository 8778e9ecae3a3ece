/**
 * Who is at the other end of a loopback connection, and who listens on a port, by /proc/net (Linux). Elsewhere, and
 * where /proc is hidden, nothing is known and the answer is undefined.
 */

interface SocketRow {
  readonly localPort: number;
  readonly remotePort: number;
  readonly isListening: boolean;
  readonly uid: number;
  readonly inode: string;
}

const LISTENING = "0A";

function rows(): SocketRow[] {
  const found: SocketRow[] = [];
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let text: string;
    try {
      text = Deno.readTextFileSync(file);
    } catch {
      continue; // no such table here: nothing is known
    }
    for (const line of text.split("\n").slice(1)) {
      const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
      if (local === undefined || remote === undefined || uid === undefined || inode === undefined) continue;
      const port = (address: string) => parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
      found.push({
        localPort: port(local),
        remotePort: port(remote),
        isListening: state === LISTENING,
        uid: Number(uid),
        inode,
      });
    }
  }
  return found;
}

/** The user id of the client of a loopback connection to `serverPort`. */
export function clientUid(clientPort: number, serverPort: number): number | undefined {
  return rows().find((row) => row.localPort === clientPort && row.remotePort === serverPort)?.uid;
}

/** The process listening on `port`, where it is one of ours to see. */
export function listenerPid(port: number): number | undefined {
  const inodes = new Set(
    rows().filter((row) => row.isListening && row.localPort === port).map((row) => row.inode),
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

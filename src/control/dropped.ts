/**
 * Drops a connection of this process that Deno gives no handle for: one that became a WebSocket. In: both its ends. Out: its
 * socket is shut down both ways, which ends whatever waits to read or write it. Linux only, by /proc and the C library.
 */
import { connectionInode, type Endpoint } from "./peer.ts";

const SHUT_RDWR = 2;

/**
 * False where it is not found or cannot be dropped. Between looking and shutting nothing else runs on this thread, and the
 * connection stands: its descriptor is not another's.
 */
export function dropConnection(client: Endpoint, port: number): boolean {
  if (Deno.build.os !== "linux") return false;
  const inode = connectionInode(client, port);
  const descriptor = inode === undefined ? undefined : descriptorOf(inode);
  if (descriptor === undefined) return false;
  try {
    const library = Deno.dlopen("libc.so.6", {
      shutdown: { parameters: ["i32", "i32"], result: "i32" },
    });
    const answer = library.symbols.shutdown(descriptor, SHUT_RDWR);
    library.close();
    return answer === 0;
  } catch {
    return false; // no such libc (musl)
  }
}

function descriptorOf(inode: string): number | undefined {
  const folder = "/proc/self/fd";
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      if (linkOf(`${folder}/${name}`) === `socket:[${inode}]`) return Number(name);
    }
  } catch {
    // a hidden /proc: nothing is known
  }
  return undefined;
}

function linkOf(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined; // closed meanwhile
  }
}

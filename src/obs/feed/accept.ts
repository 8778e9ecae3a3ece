/**
 * Takes connections at one place, come what may. In: a listener. Out: each connection, to `take`; one line where the
 * system gives none (no descriptors left), which is tried again every second. Feed worker.
 */
import { oneLine } from "../../errors/mod.ts";
import { delay } from "../../time/mod.ts";

const PAUSE_MS = 1000;

/** Ends when `signal` aborts and the listener is closed. Never rejects. What `take` throws costs that connection alone. */
export async function takeConnections(
  listener: Pick<Deno.Listener, "accept">,
  take: (connection: Deno.Conn) => void,
  onTrouble: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let isTold = false;
  const tell = (error: unknown) => {
    if (!isTold) onTrouble(`taking connections of OBS: ${oneLine(error)}; it is tried again`);
    isTold = true;
  };
  while (!signal.aborted) {
    let connection: Deno.Conn;
    try {
      connection = await listener.accept();
    } catch (error) {
      if (signal.aborted) return;
      tell(error);
      await delay(PAUSE_MS, signal).catch(() => {}); // ended meanwhile: seen above
      continue;
    }
    if (signal.aborted) return closed(connection);
    try {
      take(connection);
      isTold = false;
    } catch (error) {
      tell(error);
      closed(connection);
    }
  }
}

/** Whatever state it is in. */
function closed(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // closed already
  }
}

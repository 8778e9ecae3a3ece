/**
 * Clients that never read, against the real programme: events by WebSocket and by SSE. Each costs a bounded queue and its
 * place, frames go on, a listener beside them gets everything.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { readExposition } from "../fakes/exposition_reader.ts";
import { programSocket } from "../fakes/program_socket.ts";
import { Events } from "./api_events.ts";
import { LiveProcess, Room, until } from "./live_process.ts";

const QUIET = ["--camera", "none", "--sound", "none", "--size", "320x180"];
/** Comes back with every event of its utterance. */
const METADATA_CHARS = 200_000;
const TEXT =
  "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen.";

/** A connection that sends one request and does not read what comes. */
async function deaf(port: number, head: readonly string[]): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode([...head, "", ""].join("\r\n")));
  return connection;
}

function rssBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes) * 1024;
}

Deno.test({
  name: "API: listeners that never read cost a bounded queue, and nobody else anything",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using room = new Room();
    await using live = await LiveProcess.start(room, QUIET);
    const { port, token } = live.token();
    const host = `Host: 127.0.0.1:${port}`;
    const bearer = `Authorization: Bearer ${token}`;
    const upgrade = [
      ...["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ];
    const connections: Deno.TcpConn[] = [];
    for (let count = 0; count < 8; count++) {
      connections.push(await deaf(port, ["GET /v1/events?state HTTP/1.1", host, bearer, ...upgrade]));
      connections.push(await deaf(port, ["GET /v1/events?state HTTP/1.1", host, bearer]));
    }
    const events = new Events();
    const socket = programSocket(`ws://127.0.0.1:${port}/v1/events`, { Authorization: `Bearer ${token}` });
    await events.fromSocket(socket);
    const streams = async () => {
      const text = await (await live.fetch("/metrics")).text();
      return readExposition(text).get("lipcam_http_streams")!.samples[0]!.value;
    };
    await until("all listen", 5000, async () => await streams() === 17);
    const before = await live.state();
    const beforeBytes = rssBytes(live.pid);

    const metadata = "x".repeat(METADATA_CHARS);
    let mostBytes = 0;
    for (let count = 0; count < 4; count++) {
      const answer = await live.fetch("/v1/say", {
        method: "POST",
        body: JSON.stringify({ text: TEXT, metadata }),
      });
      assertEquals(answer.status, 202);
      const { utterance } = await answer.json();
      await until(`utterance ${utterance} is heard`, 30_000, () => {
        mostBytes = Math.max(mostBytes, rssBytes(live.pid));
        return events.of(utterance).find(({ kind }) => kind === "utterance_end");
      });
      assertEquals(events.of(utterance).filter(({ kind }) => kind === "word").length, 16);
    }
    const after = await live.state();
    const [units, lagged] = [
      after.picture.units - before.picture.units,
      after.picture.laggedFrames - before.picture.laggedFrames,
    ];
    const sentBytes = 4 * 19 * METADATA_CHARS;
    console.log(
      `deaf listeners: ${(sentBytes / 1e6).toFixed(0)} MB for each of 16, memory grew by ` +
        `${((mostBytes - beforeBytes) / 1e6).toFixed(0)} MB, ${lagged} of ${units} frames lagged`,
    );
    assertLess(lagged, units / 20 + 3);
    // Unbounded queues would hold 16 times what was sent.
    assertLess(mostBytes - beforeBytes, 150e6);
    for (const connection of connections) connection.close();
    await until("their places are free", 10_000, async () => await streams() === 1);
    socket.close();
    await delay(50);
    assert(!live.isOver);
  },
});

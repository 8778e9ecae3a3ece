/** What the doctor finds out about the way of viewers to the preview, on real sockets. */
import { assertEquals } from "@std/assert";
import { createSocket } from "node:dgram";
import { Buffer } from "node:buffer";
import type { Finding } from "../../src/doctor/mod.ts";
import { Machine } from "../fakes/machine.ts";

const COOKIE = 0x2112_a442;

async function preview(
  settings: { ports: string; publicAddress?: string; iceServers: string[] },
): Promise<Finding[]> {
  using machine = new Machine();
  machine.preview = settings;
  return (await machine.examine()).filter(({ area }) => area === "preview");
}

function closed(socket: ReturnType<typeof createSocket>): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

/** A socket on a free port, and its number. */
async function udp(): Promise<{ socket: ReturnType<typeof createSocket>; port: number }> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "0.0.0.0", resolve));
  return { socket, port: socket.address().port };
}

Deno.test("checkPreview: says nothing where no preview is wanted", async () => {
  using machine = new Machine();
  assertEquals((await machine.examine()).filter(({ area }) => area === "preview"), []);
});

Deno.test("checkPreview: a range without a free port is lacking, with one it is fine", async () => {
  const { socket, port } = await udp();
  const taken = await preview({ ports: `${port}`, iceServers: [] });
  await closed(socket);
  const free = await preview({ ports: `${port}`, iceServers: [] });
  assertEquals(taken.map(({ id, state }) => [id, state]), [["preview_ports", "lacks"]]);
  assertEquals(free.map(({ id, state }) => [id, state]), [["preview_ports", "ok"]]);
});

Deno.test("checkPreview: a STUN server that answers tells our address, another address in the settings is noted", async () => {
  const { socket, port } = await udp();
  socket.on("message", (question, from) => {
    const answer = Buffer.alloc(32);
    answer.writeUInt16BE(0x0101, 0);
    answer.writeUInt16BE(12, 2);
    question.copy(answer, 4, 4, 20);
    answer.writeUInt16BE(0x0020, 20);
    answer.writeUInt16BE(8, 22);
    answer.writeUInt16BE(1, 24);
    answer.writeUInt32BE((0xc000_0207 ^ COOKIE) >>> 0, 28); // 192.0.2.7
    socket.send(Buffer.from("noise"), from.port, from.address);
    socket.send(answer, from.port, from.address);
  });
  const iceServers = [`stun:127.0.0.1:${port}`];
  const seen = await preview({ ports: "any", iceServers });
  const other = await preview({ ports: "any", publicAddress: "198.51.100.1", iceServers });
  await closed(socket);
  assertEquals(seen.map(({ id, state }) => [id, state]), [["preview_ports", "note"], ["stun", "ok"]]);
  assertEquals(seen[1]?.says.endsWith("sees us at 192.0.2.7"), true);
  assertEquals(other.map(({ id, state }) => [id, state]), [["preview_ports", "note"], ["stun", "note"]]);
});

Deno.test("checkPreview: a STUN server that does not answer is lacking", async () => {
  const { socket, port } = await udp();
  const [, silent] = await preview({ ports: "any", iceServers: [`stun:127.0.0.1:${port}`] });
  await closed(socket);
  assertEquals([silent?.id, silent?.state], ["stun", "lacks"]);
});

/**
 * Viewers that were let in and mean no good, and strangers who know the port, beside one that only watches: the isolate
 * of the preview with a ring of units, all of it real but the programme. The good viewer keeps its pictures and its
 * notes, the isolate lives, and nothing grows. Each deed of a viewer was one that did harm, or might.
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import { classes, crc32c, Message, methods } from "werift";
import { randomOf } from "./webrtc/relay.ts";
import { WatchedUnits, WebRtcViewer } from "../fakes/webrtc_viewer.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const rssMb = () => Deno.memoryUsage().rss / 1e6;
const regress = (name: string) => Deno.readFileSync(new URL(`../regress/webrtc_${name}`, import.meta.url));

/** Whether somebody's frames and notes come on for two seconds. */
async function isWatching(viewer: WebRtcViewer, secondsMin = 1.2): Promise<void> {
  const [frames, notes] = [viewer.frames, viewer.notes.length];
  await pause(2000);
  const seen = `${viewer.frames - frames} frames, ${viewer.notes.length - notes} notes in 2 s`;
  assert(viewer.frames - frames > 25 * secondsMin && viewer.notes.length - notes > 25 * secondsMin, seen);
}

/** A good viewer and a bad one, what the bad one does, and how the good one fares. */
async function beside(
  deed: (bad: WebRtcViewer, watched: WatchedUnits, good: WebRtcViewer) => Promise<void>,
  wishes: Parameters<typeof WebRtcViewer.connect>[1] = {},
): Promise<void> {
  using watched = new WatchedUnits();
  await using good = await WebRtcViewer.connect(watched.ask);
  await using bad = await WebRtcViewer.connect(watched.ask, wishes);
  await pause(800);
  const before = rssMb();
  await deed(bad, watched, good);
  await isWatching(good);
  assertEquals(watched.preview.restarts, 0, watched.troubles.join("; "));
  assert(watched.troubles.length <= 6, `${watched.troubles.length} lines: ${watched.troubles.at(-1)}`);
  // what the viewers themselves hold is in it; what was mended here was gigabytes
  assert(rssMb() - before < 300, `${before} to ${rssMb()} MB`);
}

function rtcp(first: number, type: number, body: Buffer): Buffer {
  const head = Buffer.from([0x80 | first, type, 0, 0]);
  head.writeUInt16BE(body.length / 4, 2);
  return Buffer.concat([head, body]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32BE(value >>> 0, at * 4));
  return bytes;
}

const report = (bad: WebRtcViewer) => ({
  nack: (first: number, following = 0xffff) =>
    rtcp(1, 205, words(5, bad.videoSsrc, ((first & 0xffff) << 16) | following)),
  pli: () => rtcp(1, 206, words(5, bad.videoSsrc)),
  remb: (exponent: number, mantissa: number) =>
    rtcp(15, 206, words(5, 0, 0x52454d42, (1 << 24) | (exponent << 18) | mantissa, bad.videoSsrc)),
  loss: (count: number) => {
    const block = words(bad.videoSsrc, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff);
    return rtcp(count, 201, Buffer.concat([words(5), ...Array.from({ length: count }, () => block)]));
  },
});

Deno.test("bad viewer: that takes messages of one byte is not sent any, and the others are", async () => {
  await beside(async (bad) => {
    await isWatching(bad, -1);
    assertEquals(bad.notes, []);
    assert(bad.frames > 20, `${bad.frames} frames`);
  }, { change: (sdp) => sdp.replace(/a=max-message-size:\d+/, "a=max-message-size:1") });
});

Deno.test("bad viewer: asks for every packet again and again, gets half as many as it was sent", async () => {
  await beside(async (bad, { preview }) => {
    const { nack } = report(bad);
    for (let round = 0; round < 200; round++) {
      const asked = Array.from({ length: 30 }, (_, at) => nack(bad.lastSequence - at * 17));
      await bad.sendRtcp(Buffer.concat(asked.slice(0, 16)));
      await pause(10);
    }
    await pause(1100);
    const resent = Math.max(...preview.reports.map(({ resentPackets }) => resentPackets));
    assert(resent > 0 && resent <= 256 + bad.packets / 2, `${resent} of ${bad.packets} sent again`);
  });
});

Deno.test("bad viewer: wants 1000 key frames a second, gets three at most", async () => {
  await beside(async (bad) => {
    await pause(1000);
    const { pli } = report(bad);
    const [before, startedMs] = [bad.keyFrames.size, performance.now()];
    for (let count = 0; count < 2000; count++) {
      await bad.sendRtcp(pli());
      if (count % 20 === 0) await pause(20);
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const keys = bad.keyFrames.size - before;
    assert(keys > 1 && keys <= seconds / 0.3 + 1, `${keys} key frames in ${seconds} s`);
  });
});

Deno.test("bad viewer: rates from nothing to 2^63, losses without end, absurd times", async () => {
  await beside(async (bad, { preview }) => {
    const { remb, loss } = report(bad);
    for (let count = 0; count < 300; count++) {
      await bad.sendRtcp(remb(count % 2 === 0 ? 0 : 63, count % 2 === 0 ? 0 : 0x3ffff));
      await bad.sendRtcp(Buffer.concat([loss(31), loss(31)]));
      if (count % 20 === 0) await pause(10);
    }
    await pause(1100);
    for (const { rung, roundTripMs, lossShare } of preview.reports) {
      assert(rung >= 0 && rung < 3 && roundTripMs >= 0 && roundTripMs < 10_000 && lossShare < 1);
    }
  });
});

Deno.test("bad viewer: feedback that counts what never was, parts without end, noise under the key", async () => {
  await beside(async (bad) => {
    const random = randomOf(4);
    for (let count = 0; count < 300; count++) {
      const counts = Buffer.from(regress("rtcp_counts_without_end.bin"));
      for (let at = 0; at < counts.length; at += 36) counts.writeUInt32BE(bad.videoSsrc, at + 8);
      for (const datagram of [counts, regress("rtcp_parts_without_end.bin")]) await bad.sendRtcp(datagram);
      const noise = Buffer.from(Array.from({ length: 8 + Math.floor(random() * 400) }, () => random() * 256));
      noise[0] = 0x80 | (noise[0]! & 63);
      noise[1] = 200 + Math.floor(random() * 8);
      await bad.sendRtcp(noise);
      if (count % 20 === 0) await pause(10);
    }
  }, { rate: "transport" });
});

Deno.test("bad viewer: sends its own datagrams again, with bits turned over", async () => {
  await beside(async (bad) => {
    const { pli, nack } = report(bad);
    const sealed = [pli(), nack(bad.lastSequence)].map((bytes) => bad.dtls.srtcp.encrypt(bytes));
    const random = randomOf(5);
    for (let count = 0; count < 3000; count++) {
      const bytes = Buffer.from(sealed[count % 2]!);
      if (count % 3 !== 0) bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
      await bad.sendRaw(bytes);
      if (count % 100 === 0) await pause(10);
    }
  });
});

/** As a peer in this association would send it. */
function sctp(bad: WebRtcViewer, ...chunks: Buffer[]): Buffer {
  const { remoteVerificationTag } = bad.connection.sctpTransport!.sctp as unknown as {
    remoteVerificationTag: number;
  };
  const bytes = Buffer.concat([Buffer.alloc(12), ...chunks]);
  bytes.writeUInt16BE(5000, 0);
  bytes.writeUInt16BE(5000, 2);
  bytes.writeUInt32BE(remoteVerificationTag, 4);
  bytes.writeUInt32LE(crc32c(bytes), 8);
  return bytes;
}

Deno.test("bad viewer: chunks and parameters of no length, gaps without end, noise over the data channels", async () => {
  await beside(async (bad) => {
    const names = ["chunk_of_nothing", "parameter_of_nothing", "gaps_without_end", "data_of_nothing"];
    const random = randomOf(6);
    for (let count = 0; count < 100; count++) {
      for (const name of names) {
        await bad.sendSctp(sctp(bad, Buffer.from(regress(`sctp_${name}.bin`)).subarray(12)));
      }
      const noise = Buffer.from(Array.from({ length: Math.floor(random() * 200) }, () => random() * 256));
      await bad.sendSctp(noise);
      await bad.sendSctp(sctp(bad, noise));
      if (count % 10 === 0) await pause(10);
    }
  });
});

Deno.test("bad viewer: a message without an end is not kept for long", async () => {
  await beside(async (bad, { closed }) => {
    const { localTsn } = bad.connection.sctpTransport!.sctp as unknown as { localTsn: number };
    for (let count = 0; count < 20_000 && closed.length === 0; count++) {
      const chunk = Buffer.alloc(16 + 1100, 1);
      chunk.set([0, count === 0 ? 2 : 0, chunk.length >> 8, chunk.length & 255]);
      chunk.writeUInt32BE((localTsn + count) >>> 0, 4);
      chunk.writeUInt16BE(1, 8);
      chunk.writeUInt16BE(0, 10);
      await bad.sendSctp(sctp(bad, chunk));
      if (count % 50 === 0) await pause(1);
    }
    assertEquals(closed, ["more was sent over data channels than is taken"]);
  });
});

Deno.test("bad viewer: 1000 data channels are more than 16", async () => {
  await beside(async (bad, { closed }) => {
    for (let count = 0; count < 1000 && closed.length === 0; count++) {
      bad.connection.createDataChannel(count % 2 === 0 ? "sync" : `c${count}`);
      if (count % 10 === 0) await pause(5);
    }
    assertEquals(closed, ["more than 16 data channels"]);
  });
});

Deno.test("bad viewer: messages of 64 kB as fast as they go are read and forgotten", async () => {
  await beside(async (bad, { closed }) => {
    const channel = bad.connection.createDataChannel("flood");
    while (channel.readyState !== "open") await pause(10);
    const message = Buffer.alloc(65_000, 7);
    const untilMs = performance.now() + 2500;
    while (performance.now() < untilMs) {
      if (channel.bufferedAmount < 1_000_000) channel.send(message);
      await pause(2);
    }
    assertEquals(closed, []);
  });
});

Deno.test("bad viewer: that takes nothing over the sync channel is not waited for, its notes are left out", async () => {
  await beside(async (bad, { preview, source }) => {
    bad.dtls.dataReceiver = () => {}; // nothing is acknowledged any more
    for (let count = 0; count < 150; count++) {
      preview.tell(source, { kind: "word", text: "long ".repeat(400) });
      await pause(40);
    }
    const [most, least] = preview.reports.map(({ droppedNotes }) => droppedNotes).sort((a, b) => b - a);
    assert(most! > 50 && least === 0, `${most} and ${least} notes left out`);
    assert(bad.frames > 120, `${bad.frames} frames`);
  });
});

Deno.test("strangers: 100 000 datagrams of every kind at a viewer's port; unsigned requests; forged handshakes", async () => {
  await beside(async (_bad, _watched, good) => {
    const socket = createSocket("udp4");
    const send = (bytes: Uint8Array) =>
      new Promise<void>((resolve) => socket.send(bytes, good.remotePort, "127.0.0.1", () => resolve()));
    const random = randomOf(7);
    const noise = Array.from({ length: 64 }, () => {
      const bytes = Buffer.from(
        Array.from({ length: 13 + Math.floor(random() * 1100) }, () => random() * 256),
      );
      bytes[0] = [0, 1, 22, 23, 128, 129, 200, 75][Math.floor(random() * 8)]!;
      return bytes;
    });
    for (const name of ["server_hello_done", "hidden_in_second_record", "fragment_without_end"]) {
      noise.push(Buffer.from(regress(`dtls_${name}.bin`)));
    }
    for (let count = 0; count < 100_000; count++) {
      if (count % 200 === 0) await send(noise[Math.floor(random() * noise.length)]!);
      else socket.send(noise[Math.floor(random() * noise.length)]!, good.remotePort, "127.0.0.1");
    }
    for (let count = 0; count < 500; count++) {
      const role = count % 2 === 0 ? "ICE-CONTROLLING" : "ICE-CONTROLLED";
      const request = new Message(methods.BINDING, classes.REQUEST).setAttribute("USERNAME", "x:y")
        .setAttribute("PRIORITY", 1).setAttribute(role, 1n) as Message;
      const other = createSocket("udp4");
      const isNominating = count % 3 === 0;
      if (isNominating) request.setAttribute("USE-CANDIDATE", null);
      await new Promise<void>((resolve) =>
        other.send(request.bytes, good.remotePort, "127.0.0.1", () => resolve())
      );
      other.close();
    }
    socket.close();
    await pause(300);
  });
});

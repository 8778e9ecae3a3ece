/**
 * The player process: the native audio library lives and, if it must, dies here.
 *
 * In (stdin): blocks and flushes; its end means the parent is gone. Out (stdout): frames saying when the device took
 * a block; the library's own prints are skipped by the reader. Arguments: `list`, or `play DEVICE QUEUE FRAMES`
 * where DEVICE is "auto" or a device's name. The device is fed silence where nothing came, never nothing: an underrun
 * inside the library blocks it. Limits: 64 blocks queued.
 */
import { Buffer } from "node:buffer";
import { writeSync } from "node:fs";
import { oneLine } from "../errors/mod.ts";
import { MonotonicClock } from "../time/mod.ts";
import { BlockQueue } from "./block_queue.ts";
import {
  Block,
  BLOCK_MS,
  BLOCK_SAMPLES,
  decodeBlock,
  decodeNumbers,
  encodeNumbers,
  encodeText,
  FRAME,
  FrameReader,
} from "./child_protocol.ts";

type Naudiodon = typeof import("naudiodon");
type Device = ReturnType<Naudiodon["getDevices"]>[number];

const STDOUT = 1;
const SAMPLE_FORMAT_16_BIT = 16;
/** Real-time sound needs no more; a device with dozens of channels is a mixer of virtual ones. */
const CHANNELS_WANTED = 2;
/** The hardware side: the library keeps two of its own buffers filled. */
const LIBRARY_BUFFERS = 2;
const REASON_LENGTH_MAX = 200;

function say(frame: Uint8Array): void {
  writeSync(STDOUT, frame);
}

function fail(reason: string, exitCode = 1): never {
  say(encodeText(FRAME.fault, reason));
  Deno.exit(exitCode);
}

function outputs(naudiodon: Naudiodon): Device[] {
  return naudiodon.getDevices().filter((device) => device.maxOutputChannels > 0);
}

/** The device of that name: exactly, else the only or first one that contains it. */
function choose(naudiodon: Naudiodon, name: string): Device {
  const devices = outputs(naudiodon);
  if (devices.length === 0) fail("there is no sound device");
  if (name !== "auto") {
    const lower = name.toLowerCase();
    const device = devices.find((device) => device.name.toLowerCase() === lower) ??
      devices.find((device) => device.name.toLowerCase().includes(lower));
    return device ?? fail(`no sound device is named "${name}"`);
  }
  const { defaultHostAPI, HostAPIs } = naudiodon.getHostAPIs();
  const defaultId = HostAPIs[defaultHostAPI]?.defaultOutput ?? -1;
  return devices.find((device) => device.id === defaultId) ?? devices[0]!;
}

function open(naudiodon: Naudiodon, device: Device, maxQueue: number, framesPerBuffer: number) {
  const counts = [
    ...new Set([Math.min(CHANNELS_WANTED, device.maxOutputChannels), 1, device.maxOutputChannels]),
  ];
  let reason = "";
  for (const channelCount of counts) {
    try {
      const stream = naudiodon.AudioIO({
        outOptions: {
          deviceId: device.id,
          sampleRate: 48_000,
          channelCount,
          sampleFormat: SAMPLE_FORMAT_16_BIT,
          maxQueue,
          framesPerBuffer,
          highwaterMark: 1, // one write at a time, so that its callback is the device's backpressure
          closeOnError: false,
        },
      });
      stream.start();
      return { stream, channelCount };
    } catch (error) {
      reason = oneLine(error);
    }
  }
  return fail(`the sound device "${device.name}" cannot be opened: ${reason}`);
}

async function play(naudiodon: Naudiodon, args: readonly string[]): Promise<never> {
  const clock = new MonotonicClock();
  const [name = "auto", queueText = "2", framesText = "480"] = args;
  const maxQueue = Number(queueText);
  const framesPerBuffer = Number(framesText);
  const device = choose(naudiodon, name);
  const { stream, channelCount } = open(naudiodon, device, maxQueue, framesPerBuffer);
  const queue = new BlockQueue();
  const block = new Block();
  let takenBlocks = 0;
  let flushedAtMs = 0;

  const reader = new FrameReader((kind, payload) => {
    if (kind === FRAME.block) {
      if (!decodeBlock(payload, block) || !queue.push(block.about, block.samples)) {
        fail("the parent sent more than its credit");
      }
    } else if (kind === FRAME.flush) {
      flushedAtMs = clock.nowMs();
      queue.flush(decodeNumbers(payload)[0]!);
    }
  });
  const parent = async () => {
    for await (const chunk of Deno.stdin.readable) reader.push(chunk);
    Deno.exit(0);
  };
  parent().catch(() => Deno.exit(0)); // a broken pipe is the parent's end too

  const deviceLatencyMs = maxQueue * BLOCK_MS + LIBRARY_BUFFERS * framesPerBuffer / 48;
  say(encodeNumbers(FRAME.opened, deviceLatencyMs, channelCount));
  say(encodeText(FRAME.devices, device.name));
  const samples = new Float32Array(BLOCK_SAMPLES);
  const bytes = Buffer.alloc(BLOCK_SAMPLES * channelCount * 2);
  const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, BLOCK_SAMPLES * channelCount);
  let written: () => void;
  const onWritten = () => written();
  for (;;) {
    const taken = queue.take(samples);
    for (let index = 0, at = 0; index < BLOCK_SAMPLES; index++) {
      const value = Math.max(-32768, Math.min(32767, Math.round(samples[index]! * 32767)));
      for (let channel = 0; channel < channelCount; channel++) pcm[at++] = value;
    }
    if (taken.fadedFromSample >= 0) {
      say(encodeNumbers(FRAME.flushed, taken.fadedFromSample, flushedAtMs, clock.nowMs()));
    }
    if (taken.isQueued) takenBlocks++;
    const { isQueued, mediaSample, starvations } = taken;
    await new Promise<void>((resolve) => {
      written = resolve;
      stream.write(bytes, onWritten);
    });
    say(encodeNumbers(FRAME.taken, takenBlocks, isQueued ? mediaSample : -1, clock.nowMs(), starvations));
  }
}

/** The loader's first sentence: behind it comes every path that was tried, some two thousand characters. */
export function whyNotLoaded(error: unknown): string {
  return oneLine(error).split(/[.:;]?\s+Tried:/)[0]!.slice(0, REASON_LENGTH_MAX);
}

async function main(): Promise<void> {
  let naudiodon: Naudiodon;
  try {
    naudiodon = (await import("naudiodon")).default as unknown as Naudiodon;
  } catch (error) {
    fail(`naudiodon does not load: ${whyNotLoaded(error)}`);
  }
  const [verb, ...args] = Deno.args;
  if (verb === "play") return await play(naudiodon, args);
  const devices = outputs(naudiodon).map(({ name, maxOutputChannels, hostAPIName }) => ({
    name,
    channels: maxOutputChannels,
    system: hostAPIName,
  }));
  // One frame a device, so that a long list is not cut.
  for (const device of devices) say(encodeText(FRAME.devices, JSON.stringify(device)));
  Deno.exit(0);
}

if (import.meta.main) await main();

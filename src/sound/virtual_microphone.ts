/**
 * The avatar's voice as a microphone that any program can pick.
 *
 * In: nothing. Out: on PulseAudio and PipeWire a null sink to play into and a source, "Lipcam Microphone", that hears
 * it, on demand heard on the speakers too; removed on dispose. What a crashed run left behind is found by the owner written into it and removed first; a
 * living run's is left alone. Elsewhere the words for a virtual cable. Main thread; every call to pactl is bounded.
 */
import { DeviceFault, Fault, InputFault, oneLine } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";

export interface VirtualMicrophone extends AsyncDisposable {
  /** What the player plays into: SoundOptions.pulseSink. */
  readonly sinkName: string;
  /** Source name, for programs that ask by name. */
  readonly sourceName: string;
  /** What a person sees in a list of microphones. */
  readonly label: string;
}

const SINK = "lipcam_sink";
const SOURCE = "lipcam_microphone";
const LABEL = "Lipcam Microphone";
const PACTL_MS_MAX = 5000;
/** What the speakers are behind the microphone; less runs dry on a busy machine. */
const MONITOR_LATENCY_MS = 60;

export interface VirtualMicrophoneOptions {
  /** Whether the voice is heard on the system's default sink as well. Default false. */
  readonly isMonitored?: boolean;
}

const CABLES: Partial<Record<typeof Deno.build.os, string>> = {
  windows: 'install VB-Cable (vb-audio.com/Cable), start Lipcam with --sound "CABLE Input" and choose ' +
    '"CABLE Output" as the microphone in the call',
  darwin:
    'install BlackHole (brew install blackhole-2ch), start Lipcam with --sound "BlackHole 2ch" and choose ' +
    '"BlackHole 2ch" as the microphone in the call',
};

async function pactl(...args: string[]): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    const stop = new AbortController();
    const run = new Deno.Command("pactl", { args, stdin: "null", env: { LC_ALL: "C" }, signal: stop.signal })
      .output();
    output = await withDeadline(run, PACTL_MS_MAX, "asking the sound server").finally(() => stop.abort());
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound;
    const reason = isAbsent
      ? "pactl is not installed; mend: sudo apt install pulseaudio-utils"
      : oneLine(error);
    throw new DeviceFault(`making the virtual microphone failed: ${reason}`, {
      code: "microphone_unavailable",
      cause: error,
    });
  }
  const text = new TextDecoder();
  if (output.success) return text.decode(output.stdout).trim();
  throw new DeviceFault(
    `making the virtual microphone failed: pactl ${args[0]} said "${
      oneLine(text.decode(output.stderr))
    }", wanted ` +
      "a running PulseAudio or PipeWire (pipewire-pulse)",
    { code: "microphone_unavailable", retryable: true },
  );
}

/** When the process began, so that a number used again is not taken for it; undefined where it is gone. */
function startOf(pid: number): string | undefined {
  try {
    // The name in brackets may hold anything; the fields after it are plain.
    return Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\)/, "").trim().split(" ")[19];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Modules of ours: id and, where the owner still lives, its pid. */
async function findModules(): Promise<{ readonly id: string; readonly livePid: number | undefined }[]> {
  const lines = (await pactl("list", "short", "modules")).split("\n");
  return lines.flatMap((line) => {
    const owner = /lipcam\.owner="?(\d+)-(\d+)/.exec(line);
    const id = /^\d+/.exec(line)?.[0];
    if (!owner || id === undefined) return [];
    const pid = Number(owner[1]);
    return [{ id, livePid: startOf(pid) === owner[2] ? pid : undefined }];
  });
}

async function defaultSink(): Promise<string | undefined> {
  return /^Default Sink: (\S+)$/m.exec(await pactl("info"))?.[1];
}

/** Makes the microphone. Throws InputFault where this system has none, DeviceFault where it cannot be made now. */
export async function openVirtualMicrophone(
  { isMonitored = false }: VirtualMicrophoneOptions = {},
): Promise<VirtualMicrophone> {
  const cable = CABLES[Deno.build.os];
  if (cable !== undefined) {
    throw new InputFault(`a virtual microphone is not made on this system; ${cable}`, {
      code: "no_microphone",
    });
  }
  const found = await findModules();
  const live = found.find((module) => module.livePid !== undefined);
  if (live) {
    throw new DeviceFault(
      `the virtual microphone belongs to process ${live.livePid}, wanted none; end that one or leave out --mic`,
      { code: "microphone_busy", retryable: true },
    );
  }
  for (const { id } of found.reverse()) await pactl("unload-module", id);
  // Asked before ours is there: on a machine without a card ours becomes the default and would hear itself.
  const speakers = isMonitored ? await defaultSink() : undefined;

  const owner = `lipcam.owner="${Deno.pid}-${startOf(Deno.pid)}"`;
  await using ladder = new AsyncDisposableStack();
  const load = async (...args: string[]) => {
    const id = await pactl("load-module", ...args);
    ladder.defer(async () => {
      // Where the sound server has gone the module went with it.
      await pactl("unload-module", id).catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error;
      });
    });
  };
  const sink = [
    "module-null-sink",
    `sink_name=${SINK}`,
    "rate=48000",
    "channels=2",
    `sink_properties='device.description="Lipcam" ${owner}'`,
  ];
  // Without rewinds it does not stall for seconds at a time; not every server knows the word.
  await load(...sink, "norewinds=1").catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    return load(...sink);
  });
  await load(
    "module-remap-source",
    `master=${SINK}.monitor`,
    `source_name=${SOURCE}`,
    `source_properties='device.description="${LABEL}" ${owner}'`,
  );
  if (speakers !== undefined) {
    await load(
      "module-loopback",
      `source=${SINK}.monitor`,
      `sink=${speakers}`,
      `latency_msec=${MONITOR_LATENCY_MS}`,
      `sink_input_properties='media.name="Lipcam" ${owner}'`,
    );
  }
  const resources = ladder.move();
  return {
    sinkName: SINK,
    sourceName: SOURCE,
    label: LABEL,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/**
 * The sound station through naudiodon into a real PulseAudio, heard at its monitor: no break, an interrupt measured,
 * a killed, a stopped and a lost device survived. Numbers are printed; asserted are bounds a busy machine keeps.
 */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { DeviceFault } from "../../src/errors/mod.ts";
import { delay, MonotonicClock } from "../../src/time/mod.ts";
import { listSoundDevices, openVirtualMicrophone, startSound } from "../../src/sound/mod.ts";
import { pactl, PrivatePulse, skipWithoutPulse } from "./pulse.ts";
import { SINE_HZ, SineProgramme } from "./sound_programme.ts";
import { findBreaks, longestGapMs, loudSpan, phaseErrors, Recording } from "./sound_recording.ts";

const ignore = skipWithoutPulse();
const clock = new MonotonicClock();
const isLoud = (samples: Int16Array) => loudSpan(samples).first >= 0;

/** Speaks for some seconds and answers where what was heard is not the one sine that was said. */
async function hearSine(player: "naudiodon" | "pipe", seconds: number) {
  await using programme = new SineProgramme(clock);
  await using sink = await startSound({
    device: "auto",
    players: [player],
    latencyMs: 250,
    ...programme.soundOptions,
  });
  assertEquals(sink.kind, player);
  await using recording = new Recording("speakers.monitor", clock);
  await delay(2000); // the depth settles in silence
  programme.isSpeaking = true;
  await delay(seconds * 1000 + 1000);
  const { first } = loudSpan(recording.samples);
  assert(first >= 0, "nothing was heard");
  const sine = recording.samples.subarray(first + 960, first + 960 + seconds * 48_000);
  const gauges = programme.gauges.snapshot();
  const breaks = findBreaks(sine, SINE_HZ);
  const worst = Math.max(...phaseErrors(sine, SINE_HZ).map(Math.abs));
  const heardAtMs = gauges.heardAtMs + (programme.firstSpeech - gauges.heardSample) / 48;
  const lateMs = recording.atMs(first) - heardAtMs;
  console.log(
    `${player}: ${breaks.length} breaks, worst phase error ${worst.toFixed(5)} rad,`,
    `heard ${lateMs.toFixed(1)} ms after the gauge says`,
  );
  assertEquals(gauges.isDeviceClock, 1);
  return { lengthSamples: sine.length, breaks, worst, lateMs };
}

for (const player of ["naudiodon", "pipe"] as const) {
  const seconds = player === "naudiodon" ? 10 : 4;
  Deno.test({
    name: `startSound by ${player}: ${seconds} s of a sine arrive without gap or phase break`,
    ignore,
    async fn() {
      await using _pulse = await PrivatePulse.start();
      // A machine that is busy elsewhere can starve the sound server itself; not three times in a row.
      let heard = await hearSine(player, seconds);
      for (let attempt = 1; attempt < 3 && heard.breaks.length > 0; attempt++) {
        heard = await hearSine(player, seconds);
      }
      assertEquals(heard.breaks, []);
      assertEquals(heard.lengthSamples, seconds * 48_000);
      assertLess(heard.worst, 0.01);
      assertLess(Math.abs(heard.lateMs), 200);
    },
  });

  Deno.test({
    name: `startSound by ${player}: an interrupt is faded in the player and soon not heard`,
    ignore,
    async fn() {
      await using _pulse = await PrivatePulse.start();
      await using programme = new SineProgramme(clock);
      const flushes: { noticedMs: number; handedMs: number }[] = [];
      let bumpedAtMs = 0;
      await using _sink = await startSound({
        device: "auto",
        players: [player],
        ...programme.soundOptions,
        onFlushed: (_sample, noticedAtMs, atMs) =>
          flushes.push({ noticedMs: noticedAtMs - bumpedAtMs, handedMs: atMs - bumpedAtMs }),
      });
      await using recording = new Recording("speakers.monitor", clock);
      await delay(1000);
      const heardMs: number[] = [];
      for (let round = 0; round < 5; round++) {
        programme.isSpeaking = true;
        const before = recording.samples.length;
        assert(
          await recording.until((samples) => isLoud(samples.subarray(before)), 3000),
          "the sine is not heard",
        );
        await delay(400 + round * 7);
        programme.isSpeaking = false;
        bumpedAtMs = clock.nowMs();
        programme.epoch.bump();
        await delay(700);
        heardMs.push(recording.atMs(loudSpan(recording.samples).last) - bumpedAtMs);
      }
      const words = (values: number[]) => values.map((value) => value.toFixed(1)).join(" ");
      console.log(
        `${player}: fade handed to the device after ms`,
        words(flushes.map((flush) => flush.handedMs)),
        "- last heard after ms",
        words(heardMs),
        `- device latency by formula ${programme.gauges.get("deviceLatencyMs").toFixed(0)} ms`,
      );
      assertEquals(flushes.length, 5);
      for (const { handedMs } of flushes) assertLess(handedMs, 100);
      for (const ms of heardMs) assertLess(ms, 400);
      assert(programme.gauges.get("staleFromSample") > 0);
    },
  });
}

Deno.test({
  name: "startSound: kill -9 of the player costs less than 1 s of sound",
  ignore,
  async fn() {
    await using _pulse = await PrivatePulse.start();
    await using programme = new SineProgramme(clock);
    await using sink = await startSound({
      device: "auto",
      players: ["naudiodon"],
      ...programme.soundOptions,
    });
    await using recording = new Recording("speakers.monitor", clock);
    programme.isSpeaking = true;
    assert(await recording.until(isLoud, 3000));
    await delay(500);
    Deno.kill(sink.state().pid, "SIGKILL");
    await programme.until("deviceRestarts", 1, 5000);
    assert((await programme.until("isDeviceClock", 1, 5000)) >= 0, "the player did not come back");
    await delay(1000);
    const gapMs = longestGapMs(recording.samples);
    console.log(`kill -9: ${gapMs.toFixed(0)} ms without sound`);
    assert(gapMs > 0);
    assertLess(gapMs, 1000);
  },
});

Deno.test({
  name: "startSound: a player that stands still gives way to the clock and is replaced",
  ignore,
  async fn() {
    await using _pulse = await PrivatePulse.start();
    await using programme = new SineProgramme(clock);
    await using sink = await startSound({
      device: "auto",
      players: ["naudiodon"],
      ...programme.soundOptions,
    });
    await using recording = new Recording("speakers.monitor", clock);
    programme.isSpeaking = true;
    assert(await recording.until(isLoud, 3000));
    const { pid } = sink.state();
    Deno.kill(pid, "SIGSTOP");
    const lostMs = await programme.until("isDeviceClock", 0, 3000);
    const consumed = programme.gauges.get("consumedSamples");
    const backMs = await programme.until("isDeviceClock", 1, 6000);
    console.log(`stopped: clock after ${lostMs.toFixed(0)} ms, device back ${backMs.toFixed(0)} ms later`);
    assertLess(lostMs, 2000);
    assert(backMs >= 0, "the device did not come back");
    assert(programme.gauges.get("consumedSamples") > consumed);
    const before = recording.samples.length;
    assert(await recording.until((samples) => isLoud(samples.subarray(before + 4800)), 3000));
    assert(sink.state().pid !== pid);
  },
});

Deno.test({
  name: "startSound: a device that is lost and comes back is taken again, and time goes on between",
  ignore,
  async fn() {
    await using _pulse = await PrivatePulse.start();
    await using programme = new SineProgramme(clock);
    await using sink = await startSound({
      device: "auto",
      players: ["naudiodon"],
      ...programme.soundOptions,
    });
    await delay(300);
    await pactl("unload-module", "module-null-sink");
    const lostMs = await programme.until("isDeviceClock", 0, 5000);
    assert(lostMs >= 0, "the loss was not noticed");
    const consumed = programme.gauges.get("consumedSamples");
    await delay(1000);
    const passedMs = (programme.gauges.get("consumedSamples") - consumed) / 48;
    assert(passedMs > 500 && passedMs < 1500, `${passedMs} ms consumed in 1000`);
    assert(sink.state().reason.includes("mend:"), sink.state().reason);
    await pactl("load-module", "module-null-sink", "sink_name=again", "rate=48000", "norewinds=1");
    const backMs = await programme.until("isDeviceClock", 1, 12_000);
    console.log(`lost: noticed after ${lostMs.toFixed(0)} ms, taken again after ${backMs.toFixed(0)} ms`);
    assert(backMs >= 0, "the device was not taken again");
    await using recording = new Recording("again.monitor", clock);
    programme.isSpeaking = true;
    assert(await recording.until(isLoud, 3000));
  },
});

Deno.test({
  name: "openVirtualMicrophone: an application hears the sine, and nothing stays behind",
  ignore,
  async fn() {
    await using _pulse = await PrivatePulse.start();
    {
      await using microphone = await openVirtualMicrophone();
      assertStringIncludes(await pactl("list", "sources"), microphone.label);
      await using programme = new SineProgramme(clock);
      await using _sink = await startSound({
        device: "auto",
        pulseSink: microphone.sinkName,
        ...programme.soundOptions,
      });
      await using speakers = new Recording("speakers.monitor", clock);
      await using recording = new Recording(microphone.sourceName, clock);
      await delay(1000);
      programme.isSpeaking = true;
      assert(await recording.until(isLoud, 3000), "the microphone is silent");
      await delay(2000);
      const { first } = loudSpan(recording.samples);
      const sine = recording.samples.subarray(first + 960, first + 960 + 48_000);
      assertLess(Math.max(...phaseErrors(sine, SINE_HZ).map(Math.abs)), 0.05);
      assert(!isLoud(speakers.samples), "the voice also came out of the speakers");
    }
    assert(!(await pactl("list", "short", "modules")).includes("lipcam_"));
  },
});

Deno.test({
  name: "openVirtualMicrophone: what a killed run left is removed, a living run's is left alone",
  ignore,
  async fn() {
    await using _pulse = await PrivatePulse.start();
    const module = new URL("../../src/sound/mod.ts", import.meta.url).href;
    const code = `import { openVirtualMicrophone } from "${module}";` +
      `await openVirtualMicrophone(); console.log("open"); await Deno.stdin.read(new Uint8Array(1));`;
    // The code comes by a file: stdin is what keeps the other run alive.
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, code);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--config", new URL("../../deno.json", import.meta.url).pathname, file],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    let fault: unknown;
    await openVirtualMicrophone().catch((error) => fault = error);
    assert(fault instanceof DeviceFault && fault.code === "microphone_busy", String(fault));
    assertStringIncludes(fault.message, String(child.pid));
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    await child.stdin.close().catch(() => {}); // the process is gone
    assertStringIncludes(await pactl("list", "short", "modules"), "lipcam_sink");
    {
      await using _microphone = await openVirtualMicrophone();
      assertEquals((await pactl("list", "short", "sinks")).match(/lipcam_sink/g)?.length, 1);
    }
    assert(!(await pactl("list", "short", "modules")).includes("lipcam_"));
    await Deno.remove(file);
  },
});

Deno.test({
  name: "startSound: a device nobody has is refused with those there are",
  ignore,
  async fn() {
    await using _pulse = await PrivatePulse.start();
    assert((await listSoundDevices()).some((device) => device.name === "default"));
    await using programme = new SineProgramme(clock);
    let fault: unknown;
    try {
      await using _sink = await startSound({ device: "no such thing", ...programme.soundOptions });
    } catch (error) {
      fault = error;
    }
    assert(fault instanceof DeviceFault, String(fault));
    assertEquals(fault.exitCode, 3);
    assertStringIncludes(fault.message, '"no such thing"');
    assertStringIncludes(fault.message, '"default"');
  },
});

Deno.test({
  name: "startSound: a machine without any sound keeps time and says in one line what mends it",
  ignore,
  async fn() {
    const pulse = await PrivatePulse.start();
    await using _pulse = pulse;
    pulse.server.kill("SIGKILL");
    await pulse.server.status;
    await Deno.writeTextFile(`${pulse.folder}/asound.conf`, "\n");
    await using programme = new SineProgramme(clock);
    await using sink = await startSound({ device: "auto", ...programme.soundOptions });
    assertEquals(sink.kind, "null");
    assertStringIncludes(sink.state().reason, "mend:");
    assertEquals(sink.state().reason.split("\n").length, 1);
    console.log(sink.state().reason);
    const consumed = programme.gauges.get("consumedSamples");
    await delay(500);
    assert(programme.gauges.get("consumedSamples") > consumed);
    assertEquals(programme.gauges.get("isDeviceClock"), 0);
  },
});

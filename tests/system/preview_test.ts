/**
 * The page and its picture over real connections: a viewer that stops reading holds nobody up, and a real browser
 * (chromium) shows the picture, says what is typed and lights the words.
 */
import { avatarPart, houseOf } from "../fakes/programme_control.ts";
import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { type ProgrammeEvent, startControl } from "../../src/control/mod.ts";
import { MjpegPreview } from "../../src/preview/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { delay, withDeadline } from "../../src/time/mod.ts";

const SHAPE = { width: 640, height: 360, slots: 8, samplesPerFrame: 1920 };

async function runningProgramme() {
  const ring = new UnitRing(SHAPE);
  const ending = new AbortController();
  const ticking = (async () => {
    for (let noise = 1; !ending.signal.aborted;) {
      const { frame } = ring.begin();
      for (let at = 0; at < frame.length; at += 3) { // noise makes large pictures, which fill a socket soon
        noise = (noise * 1103515245 + 12345) & 0x7fffffff;
        frame[at] = 40 + (noise >> 16) % 160;
      }
      ring.publish();
      await delay(20);
    }
  })();
  const preview = new MjpegPreview({ units: { shape: SHAPE, buffer: ring.buffer } });
  const said: string[] = [];
  let interrupts = 0;
  let emit: (event: ProgrammeEvent & Record<string, unknown>) => void = () => {};
  const folder = await Deno.makeTempDir();
  const server = await startControl({
    port: 0,
    env: (name) => name === "XDG_RUNTIME_DIR" ? folder : undefined,
    house: houseOf({
      ...avatarPart,
      say(request) {
        const text = String(request.text);
        said.push(text);
        emit({ kind: "utterance_start", utterance: said.length });
        emit({ kind: "segment", utterance: said.length, text });
        emit({ kind: "word", utterance: said.length, text: text.split(" ")[1] ?? "" });
        return { utterance: said.length, ended: Promise.resolve() };
      },
      act() {},
      interrupt() {
        emit({ kind: "utterance_end", utterance: said.length });
        return { interrupted: [++interrupts], kept: [] };
      },
      state: () => ({
        avatar: "test",
        picture: { phase: "idle", fps: 50 },
        sound: { kind: "null", device: "", latencyMs: 100, underruns: 3 },
        notes: ["no camera here"],
      }),
      stop() {},
      watch: (signal) => preview.subscribe(signal),
      events: () =>
        new ReadableStream({ start: (controller) => void (emit = (event) => controller.enqueue(event)) }),
    }),
  });
  return {
    ...{ server, preview, said },
    get interrupts() {
      return interrupts;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await preview[Symbol.asyncDispose]();
      ending.abort();
      await ticking;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("preview.mjpeg: a client that never reads costs the others nothing", async () => {
  await using programme = await runningProgramme();
  const { port, token } = programme.server;
  using stalled = await Deno.connect({ hostname: "127.0.0.1", port });
  await stalled.write(new TextEncoder().encode(
    `GET /preview.mjpeg HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  ));
  const response = await fetch(`${programme.server.url}preview.mjpeg`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  assertEquals(response.status, 200);
  let pictures = 0;
  let bytes = 0;
  const reader = response.body!.pipeThrough(new TextDecoderStream("latin1")).getReader();
  while (pictures < 100) { // far more than a socket's buffers hold
    const { value = "" } = await withDeadline(reader.read(), 10_000, "the next picture");
    bytes += value.length;
    pictures += value.split("Content-Type: image/jpeg").length - 1;
  }
  assertGreater(bytes, 5e6);
  assertEquals(programme.preview.clients, 2);
  await reader.cancel();
});

const browser = await findBrowser();
const ignore = browser === undefined && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
if (ignore) console.error("skipped: the test of the page needs chromium (apt install chromium)");

async function findBrowser(): Promise<string | undefined> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      await new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).output();
      return name;
    } catch {
      // not installed under this name: try the next
    }
  }
  return undefined;
}

Deno.test({
  name: "page: a browser shows the picture, says what is typed, lights the word, interrupts with Esc",
  ignore,
  async fn() {
    await using programme = await runningProgramme();
    await using page = await openPage(programme.server.url);
    await page.until(`document.getElementById("picture").naturalWidth === ${SHAPE.width}`);
    await page.until(`document.getElementById("notes").textContent === "no camera here"`);
    await page.evaluate(`document.getElementById("text").focus()`);
    await page.send("Input.insertText", { text: "hello <b>world</b>" });
    await page.press("Enter", 13);
    await page.until(`document.querySelector("#subtitles .now").textContent === "<b>world</b>"`);
    await page.until(`document.querySelector("#history .how").textContent === "speaking"`);
    assertEquals(programme.said, ["hello <b>world</b>"]);
    await page.press("Escape", 27);
    while (programme.interrupts === 0) await delay(20);
    await page.until(`document.querySelector("#subtitles .now").textContent === ""`);
    assertEquals(await page.evaluate(`document.querySelector("#subtitles .now").getClientRects().length`), 0);
    const soundCell =
      `[...document.querySelectorAll("#devices dt")].find((one) => one.textContent === "Sound")`;
    assertEquals(await page.evaluate(`${soundCell}.nextSibling.firstChild.textContent`), "No sound device");
    assertEquals(await page.evaluate(`document.querySelectorAll("#devices .warn, #status .warn").length`), 0);
    const unnamed =
      `[...document.querySelectorAll("button, textarea, img")].filter((one) => !(one.textContent.trim()
      || one.labels?.length || one.getAttribute("aria-label") || one.getAttribute("alt") !== null)).length`;
    assertEquals(await page.evaluate(unnamed), 0);
    assertEquals(page.complaints, []);
  },
});

/** Drives a browser by its debugging protocol. */
async function openPage(url: string) {
  const profile = await Deno.makeTempDir();
  const process = new Deno.Command(browser ?? "chromium", {
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
      ...[
        `--user-data-dir=${profile}`,
        "--remote-debugging-port=0",
        "--remote-allow-origins=*",
        "about:blank",
      ],
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let port: string | undefined;
  while (port === undefined) {
    const { value, done } = await withDeadline(lines.read(), 30_000, "starting the browser");
    assert(!done, text);
    text += value;
    port = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(text)?.[1];
  }
  const draining = (async () => {
    while (!(await lines.read()).done);
  })();
  const tab = await (await fetch(`http://127.0.0.1:${port}/json/new?about:blank`, { method: "PUT" })).json();
  const socket = new WebSocket(tab.webSocketDebuggerUrl);
  await new Promise((resolve) => socket.onopen = resolve);
  const waiting = new Map<number, (result: Record<string, unknown>) => void>();
  const complaints: string[] = [];
  let lastId = 0;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.id !== undefined) waiting.get(message.id)?.(message.result ?? {});
    else if (message.method === "Runtime.exceptionThrown" || message.method === "Log.entryAdded") {
      complaints.push(JSON.stringify(message.params));
    }
  };
  const send = (method: string, params: Record<string, unknown> = {}) => {
    const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(++lastId, resolve);
    socket.send(JSON.stringify({ id: lastId, method, params }));
    return withDeadline(promise, 30_000, method);
  };
  const evaluate = async (expression: string) => {
    const { result } = await send("Runtime.evaluate", { expression }) as { result?: { value?: unknown } };
    return result?.value;
  };
  await send("Runtime.enable");
  await send("Log.enable");
  await send("Page.navigate", { url });
  return {
    ...{ send, evaluate, complaints },
    async until(expression: string): Promise<void> {
      for (let attempt = 0; attempt < 300; attempt++) {
        if (await evaluate(expression) === true) return;
        await delay(100);
      }
      assertStringIncludes("", expression, `not seen in 30 s: ${expression}; ${complaints.join("\n")}`);
    },
    async press(key: string, code: number): Promise<void> {
      const event = { key, code: key, windowsVirtualKeyCode: code };
      await send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...event });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      process.kill("SIGTERM");
      await closed;
      await process.status;
      await draining;
      await Deno.remove(profile, { recursive: true }).catch(() => {}); // the browser's helpers may still write to it
    },
  };
}

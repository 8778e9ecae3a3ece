/** The page's microphone and its button: one microphone at a time, whatever is pressed while a browser still asks for leave. */
import { assertEquals, assertRejects } from "@std/assert";
import { Microphone, type MicrophoneState } from "../../src/control/page/microphone.ts";
import { Talk } from "../../src/control/page/talk.ts";

/** The parts of a browser that a microphone needs; leave is given when the test says so. */
class Browser {
  static readonly sockets: Socket[] = [];
  /** Microphones that are open now. */
  static live = 0;
  static readonly asked: PromiseWithResolvers<MediaStream>[] = [];

  static lend(): void {
    Browser.sockets.length = Browser.asked.length = Browser.live = 0;
    Object.defineProperty(navigator, "mediaDevices", {
      configurable: true,
      value: {
        getUserMedia() {
          const leave = Promise.withResolvers<MediaStream>();
          Browser.asked.push(leave);
          return leave.promise;
        },
      },
    });
    Object.assign(globalThis, {
      location: { protocol: "http:", host: "studio" },
      WebSocket: Socket,
      AudioContext: class {
        readonly audioWorklet = { addModule: () => Promise.resolve() };
        createMediaStreamSource() {
          return { connect() {} };
        }
        close() {
          return Promise.resolve();
        }
      },
      AudioWorkletNode: class {
        readonly port = {};
      },
    });
  }

  /** The person says yes to the question with that number. */
  static async allow(question: number): Promise<void> {
    Browser.live++;
    const track = { stop: () => void Browser.live-- };
    Browser.asked[question]!.resolve({ getTracks: () => [track] } as unknown as MediaStream);
    await settled();
  }

  static get openSockets(): number {
    return Browser.sockets.filter(({ readyState }) => readyState < Socket.CLOSING).length;
  }
}

class Socket extends EventTarget {
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  readyState = 1;

  constructor() {
    super();
    Browser.sockets.push(this);
  }

  async answer(utterance: number): Promise<void> {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ utterance }) }));
    await settled();
  }
  async hangUp(reason: string): Promise<void> {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { reason }));
    await settled();
  }
  close(): void {
    this.readyState = 3;
  }
}

/** What waits for promises has run. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** The page around the button. */
class Page {
  isMuted = false;
  readonly shown: MicrophoneState[] = [];
  readonly talk = new Talk({
    view: this,
    show: (state) => void this.shown.push(state),
  });

  mute(isMuted: boolean): void {
    this.isMuted = isMuted;
  }
}

Deno.test("Talk: off, starting, on, off; the page is mute meanwhile and then as it was", async () => {
  for (const wasMuted of [false, true]) {
    Browser.lend();
    const page = new Page();
    page.isMuted = wasMuted;
    const pressed = page.talk.press();
    assertEquals([page.isMuted, page.shown], [true, ["starting"]]);
    await Browser.allow(0);
    await Browser.sockets[0]!.answer(1);
    await pressed;
    await page.talk.press();
    assertEquals(page.shown, ["starting", "on", "off"]);
    assertEquals([page.isMuted, Browser.live, Browser.openSockets], [wasMuted, 0, 0]);
  }
});

Deno.test("Talk: a second press while leave is asked cancels; leave that comes later opens nothing", async () => {
  Browser.lend();
  const page = new Page();
  const first = page.talk.press();
  await page.talk.press();
  assertEquals([page.isMuted, page.shown], [false, ["starting", "off"]]);
  await Browser.allow(0);
  await first;
  assertEquals([Browser.live, Browser.sockets.length, page.isMuted], [0, 0, false]);
});

Deno.test("Talk: a second press before the programme answers cancels", async () => {
  Browser.lend();
  const page = new Page();
  const first = page.talk.press();
  await Browser.allow(0);
  await page.talk.press();
  await first;
  assertEquals([Browser.live, Browser.openSockets, page.isMuted], [0, 0, false]);
  assertEquals(page.shown, ["starting", "off"]);
});

Deno.test("Talk: three presses are one microphone, and it is the one that the fourth stops", async () => {
  Browser.lend();
  const page = new Page();
  const presses = [page.talk.press(), page.talk.press(), page.talk.press()];
  await Browser.allow(0);
  await Browser.allow(1);
  await Browser.sockets[0]!.answer(1);
  await Promise.all(presses);
  assertEquals([Browser.live, Browser.openSockets, page.isMuted], [1, 1, true]);
  await page.talk.press();
  assertEquals([Browser.live, Browser.openSockets, page.isMuted], [0, 0, false]);
});

Deno.test("Talk: what was refused is told, and the page is heard as before", async () => {
  Browser.lend();
  const page = new Page();
  const pressed = page.talk.press();
  Browser.asked[0]!.reject(new DOMException("no", "NotAllowedError"));
  await assertRejects(() => pressed, Error, "was told not to lend");
  assertEquals([page.isMuted, page.shown.at(-1)], [false, "off"]);
});

Deno.test("Talk: a refusal after it was cancelled is nobody's business", async () => {
  Browser.lend();
  const page = new Page();
  const first = page.talk.press();
  await page.talk.press();
  Browser.asked[0]!.reject(new DOMException("no", "NotAllowedError"));
  await first;
  assertEquals(page.shown, ["starting", "off"]);
});

Deno.test("Microphone: a programme that hangs up ends it, with its reason where it had not yet begun", async () => {
  Browser.lend();
  const states: MicrophoneState[] = [];
  const microphone = new Microphone((state) => states.push(state));
  const first = microphone.start();
  await Browser.allow(0);
  const refused = assertRejects(() => first, Error, "the queue is full");
  await Browser.sockets[0]!.hangUp("the queue is full");
  await refused;
  const second = microphone.start();
  await Browser.allow(1);
  await Browser.sockets[1]!.answer(2);
  await second;
  await Browser.sockets[1]!.hangUp("");
  assertEquals(states, ["starting", "off", "starting", "on", "off"]);
  assertEquals(Browser.live, 0);
});

/** Where the feed for OBS is found: sockets that several want, that were left, that are too long; what ends and begins again. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { type FeedPlace, ObsFeed } from "../../src/obs/mod.ts";
import { takeConnections } from "../../src/obs/feed/accept.ts";
import { listenAt } from "../../src/obs/feed/listen.ts";
import { PATH_BYTES_MAX } from "../../src/obs/feed/socket_path.ts";
import { delay, MonotonicClock } from "../../src/time/mod.ts";
import { Show, until } from "../fakes/obs_show.ts";

const clock = new MonotonicClock();
const plugin = (path: string, isFixed = true) => ({ kind: "plugin", path, isFixed }) as const;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;
const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "lipcam-place-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** A socket of a programme that was killed: Deno removes its own on closing, but not under another name. */
function leaveSocket(path: string): void {
  const listener = Deno.listen({ transport: "unix", path: `${path}~` });
  Deno.renameSync(`${path}~`, path);
  listener.close();
}

Deno.test("ObsFeed: a socket left behind is taken over; another programme's gets a neighbour or a refusal", async () => {
  await using show = new Show();
  leaveSocket(show.path);
  await show.open();
  assertEquals(show.troubles, []);
  assertEquals(Deno.statSync(show.path).mode! & 0o777, 0o600);

  await using other = await ObsFeed.start(show.options(plugin(show.path, false)));
  assertEquals(other.places[0]?.path, `${show.folder}/obs-2.sock`);
  assertMatch(show.troubles[0] ?? "", /obs\.sock; this one is at .*obs-2\.sock/);
  const refused = () => ObsFeed.start(show.options(plugin(show.path)));
  await assertRejects(refused, InputFault, "is another programme's");
});

Deno.test("listenAt: of six that start in one moment over a left socket each has a path of its own, and answers there", async () => {
  using folder = new Folder();
  const path = `${folder.path}/obs.sock`;
  for (let round = 0; round < 5; round++) {
    leaveSocket(path);
    const opened = await Promise.all(Array.from({ length: 6 }, () => listenAt(plugin(path, false))));
    assertEquals(new Set(opened.map((one) => one.path)).size, 6);
    for (const { path, listener } of opened) {
      const accepting = listener.accept();
      const connection = await Deno.connect({ transport: "unix", path: path! });
      (await accepting).close();
      connection.close();
    }
    for (const one of opened) one[Symbol.dispose]();
    assertEquals(namesIn(folder.path), []);
  }
});

Deno.test("listenAt: waits for who is just taking the path, and not for ever", async () => {
  using folder = new Folder();
  const path = `${folder.path}/obs.sock`;
  const lock = Deno.openSync(folder.path);
  lock.lockSync(true);
  const fromMs = clock.nowMs();
  await assertRejects(() => listenAt(plugin(path)), InputFault, "is another programme's");
  assert(clock.nowMs() - fromMs < 6000);
  const opening = listenAt(plugin(path));
  await delay(300);
  lock.close();
  using opened = await opening;
  assertEquals(opened.path, path);
});

Deno.test("listenAt: at the end its path is removed, unless another programme has taken it", async () => {
  using folder = new Folder();
  const path = `${folder.path}/obs.sock`;
  (await listenAt(plugin(path)))[Symbol.dispose]();
  assertEquals(namesIn(folder.path), []);
  const first = await listenAt(plugin(path));
  Deno.removeSync(path);
  using second = Deno.listen({ transport: "unix", path });
  first[Symbol.dispose]();
  const accepting = second.accept();
  (await Deno.connect({ transport: "unix", path })).close();
  (await accepting).close();
});

Deno.test("listenAt: passing names of programmes that were killed are removed, other files and sockets are not", async () => {
  using folder = new Folder();
  leaveSocket(`${folder.path}/.zzzzz00`); // the number of no process
  leaveSocket(`${folder.path}/.${Deno.pid.toString(36).padStart(5, "0")}00`); // one that is just being made
  leaveSocket(`${folder.path}/other`);
  Deno.writeTextFileSync(`${folder.path}/.zzzzz01`, "kept");
  using answering = Deno.listen({ transport: "unix", path: `${folder.path}/.zzzzz02` });
  using _opened = await listenAt(plugin(`${folder.path}/obs.sock`));
  assert(answering);
  assertEquals(namesIn(folder.path).filter((name) => name.startsWith(".zzzzz")), [".zzzzz01", ".zzzzz02"]);
  assertEquals(namesIn(folder.path).length, 5, "and the other two, and the new one");
});

Deno.test("listenAt: a path may have the system's bytes and no more, whatever letters they are", async () => {
  using folder = new Folder();
  const ofBytes = (bytes: number, letter = "x") => {
    const room = bytes - bytesOf(`${folder.path}/.sock`);
    const letters = letter.repeat(Math.floor(room / bytesOf(letter)));
    return `${folder.path}/${letters}${"x".repeat(room - bytesOf(letters))}.sock`;
  };
  for (const letter of ["x", "é", "表"]) {
    (await listenAt(plugin(ofBytes(PATH_BYTES_MAX, letter))))[Symbol.dispose]();
    const path = ofBytes(PATH_BYTES_MAX + 1, letter);
    const line = `the OBS socket ${path} is ${
      PATH_BYTES_MAX + 1
    } bytes long, wanted at most ${PATH_BYTES_MAX};`;
    await assertRejects(() => listenAt(plugin(path)), InputFault, line);
  }
  // The media source's path beside it is the longer one.
  await using show = new Show();
  const path = ofBytes(PATH_BYTES_MAX - 4);
  const beside = { kind: "media", path: path.replace(".sock", "-feed.sock"), isFixed: true } as const;
  const line = `-feed.sock is ${PATH_BYTES_MAX + 1} bytes long`;
  await assertRejects(() => ObsFeed.start(show.options(plugin(path), beside)), InputFault, line);
  assertEquals(namesIn(folder.path).filter((name) => name.endsWith(".sock")), []);
  // Shorter than the name it is bound under: the one letter must leave room.
  const deep = `${folder.path}/${"d".repeat(PATH_BYTES_MAX - bytesOf(folder.path) - 3)}`;
  Deno.mkdirSync(deep);
  await assertRejects(
    () => listenAt(plugin(`${deep}/s`)),
    InputFault,
    `wanted at most ${PATH_BYTES_MAX - 7};`,
  );
});

Deno.test("ObsFeed: a file, a folder, a missing folder, a taken port are refused by name", async () => {
  await using show = await new Show().open();
  await Deno.writeTextFile(`${show.folder}/file`, "kept");
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const start = (place: FeedPlace) => ObsFeed.start(show.options(place));
  const at = (path: string) => ({ kind: "plugin" as const, path, isFixed: true });
  await assertRejects(
    () => start(at(`${show.folder}/file`)),
    InputFault,
    "is a file, wanted a path that is free",
  );
  await assertRejects(() => start(at(show.folder)), InputFault, "is a folder");
  await assertRejects(() => start(at(`${show.folder}/none/obs.sock`)), InputFault, "opening the OBS socket");
  const { port } = taken.addr as Deno.NetAddr;
  await assertRejects(() => start({ kind: "media", port }), InputFault, "wanted a free port");
  assertEquals(await Deno.readTextFile(`${show.folder}/file`), "kept");
});

class FakeListener {
  readonly ending = new AbortController();
  #waiting: PromiseWithResolvers<Deno.Conn> | undefined;

  constructor(readonly answers: (Deno.Conn | Error)[]) {}

  accept(): Promise<Deno.Conn> {
    const answer = this.answers.shift();
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer !== undefined) return Promise.resolve(answer);
    this.#waiting = Promise.withResolvers<Deno.Conn>();
    return this.#waiting.promise;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** The programme ends; `late` is taken in the same moment. */
  end(late?: Deno.Conn): void {
    this.ending.abort();
    if (late === undefined) this.#waiting?.reject(new Deno.errors.BadResource("closed"));
    else this.#waiting?.resolve(late);
  }
}

class FakeConnection {
  isClosed = false;

  close(): void {
    this.isClosed = true;
  }

  get asConn(): Deno.Conn {
    return this as unknown as Deno.Conn;
  }
}

Deno.test("takeConnections: goes on after errors, says them once, and ends when it is told to", async () => {
  const broken = new FakeConnection();
  const good = new FakeConnection();
  const full = () => new Error("Too many open files (os error 24)");
  const listener = new FakeListener([full(), full(), broken.asConn, good.asConn]);
  const taken: Deno.Conn[] = [];
  const troubles: string[] = [];
  const take = (connection: Deno.Conn) => {
    if (connection === broken.asConn) throw new Error("Invalid argument (os error 22)");
    taken.push(connection);
  };
  const fromMs = clock.nowMs();
  const taking = takeConnections(listener, take, (line) => troubles.push(line), listener.ending.signal);
  await until("all taken", () => listener.isWaiting);
  assert(clock.nowMs() - fromMs > 1500, "no pause");
  assertEquals(taken, [good.asConn]);
  assertEquals([broken.isClosed, good.isClosed], [true, false]);
  assertEquals(troubles, ["taking connections of OBS: Too many open files (os error 24); it is tried again"]);
  listener.end();
  await taking;
  assertEquals(troubles.length, 1);
});

Deno.test("takeConnections: one that comes while it ends is closed at once; a pause ends with it", async () => {
  const late = new FakeConnection();
  const listener = new FakeListener([]);
  const taken: Deno.Conn[] = [];
  const take = (connection: Deno.Conn) => void taken.push(connection);
  const taking = takeConnections(listener, take, () => {}, listener.ending.signal);
  listener.end(late.asConn);
  await taking;
  assertEquals(taken, []);
  assert(late.isClosed);

  const failing = new FakeListener([new Error("no")]);
  const pausing = takeConnections(failing, () => {}, () => {}, failing.ending.signal);
  await delay(50);
  const fromMs = clock.nowMs();
  failing.end();
  await pausing;
  assert(clock.nowMs() - fromMs < 500);
});

Deno.test("ObsFeed: a worker that dies is followed by another at the same places; its readers are forgotten", async () => {
  await using show = new Show();
  const feedWorker = new URL("../../src/obs/feed/worker.ts", import.meta.url).href;
  await Deno.writeTextFile(
    `${show.folder}/mortal.ts`,
    `import ${JSON.stringify(feedWorker)};
    setInterval(() => {
      if ([...Deno.readDirSync(${JSON.stringify(show.folder)})].some(({ name }) => name === "die")) {
        throw new Error("told to");
      }
    }, 20);`,
  );
  const modules = [`file://${show.folder}/mortal.ts`];
  const makeWorker = () => new Worker(modules.shift() ?? feedWorker, { type: "module" });
  leaveSocket(show.path);
  using _first = Deno.listen({ transport: "unix", path: `${show.folder}/taken.sock` });
  const places = [plugin(`${show.folder}/taken.sock`, false), { kind: "media", port: 0 } as const];
  show.feed = await ObsFeed.start(show.options(...places), makeWorker);
  const opened = show.feed.state().places;
  assertEquals(opened[0]?.path, `${show.folder}/taken-2.sock`);
  const connect = () => Deno.connect({ transport: "unix", path: opened[0]!.path! });
  using _reader = await connect();
  await until("the reader", () => show.feed.state().readers === 1);
  show.troubles.length = 0;

  await Deno.writeTextFile(`${show.folder}/die`, "");
  await until("away", () => show.feed.state().places.length === 0);
  assertEquals([show.feed.state().readers, show.feed.state().connected], [0, []]);
  await until("again", () => show.feed.state().places.length === 2);
  assertEquals(show.feed.state().places, opened);
  using _next = await connect();
  await until("the next reader", () => show.feed.state().readers === 1);
  assertEquals(show.troubles.length, 1, show.troubles.join("\n"));
  assertMatch(show.troubles[0]!, /^the OBS feed failed: .*told to.*; it is started again$/);
  await show.feed[Symbol.asyncDispose]();
  await assertRejects(() => Deno.lstat(opened[0]!.path!), Deno.errors.NotFound);
});

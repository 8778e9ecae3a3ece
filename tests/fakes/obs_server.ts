/**
 * A websocket server that is like OBS's and misbehaves on purpose. In: how it shall behave, changed at any time. Out: what
 * it was asked, how often somebody connected. Protocol 5 in JSON on a free port of 127.0.0.1; requests that a test does
 * not answer itself are answered from a small show (scenes Lipcam, Product, BRB; the input Music).
 */
import { delay } from "../../src/time/mod.ts";

export type Behaviour =
  | "well"
  /** Takes connections and says nothing. */
  | "silent"
  /** No subprotocol, and answers as obs-websocket 4 does. */
  | "old"
  /** No subprotocol, and answers nothing. */
  | "other"
  /** 4009 whatever the password. */
  | "wrong password"
  /** 4010. */
  | "other rpc version"
  /** No JSON after the hello. */
  | "garbage"
  /** JSON of no known form. */
  | "nonsense"
  /** A message of 17 million characters. */
  | "huge"
  /** Goes at the first request after GetVersion. */
  | "closes"
  /** Never answers a request after GetVersion. */
  | "mute"
  /** Answers lists of the wrong length. */
  | "wrong answers"
  /** 5000 events with every answer. */
  | "floods"
  /** A person ends the connection after a moment: 4011. */
  | "kicks";

export interface Asked {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Number of the message, so that a test sees what came as one. */
  readonly message: number;
}

type Data = Record<string, unknown>;
/** Undefined: as the small show answers. */
export type Answering = (asked: Asked) => Data | { readonly code: number } | undefined;

export class ObsServer implements AsyncDisposable {
  behaviour: Behaviour;
  /** How long an answer takes. */
  lateMs = 0;
  answering: Answering | undefined;
  readonly asked: Asked[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #sockets = new Set<WebSocket>();
  #connectionCount = 0;
  #messageCount = 0;
  scene = "Lipcam";

  constructor(behaviour: Behaviour = "well") {
    this.behaviour = behaviour;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const isBare = this.behaviour === "old" || this.behaviour === "other";
      const { socket, response } = Deno.upgradeWebSocket(
        request,
        isBare || !request.headers.has("sec-websocket-protocol") ? {} : { protocol: "obswebsocket.json" },
      );
      this.#connectionCount++;
      this.#sockets.add(socket);
      socket.onclose = () => this.#sockets.delete(socket);
      socket.onerror = (event) => event instanceof ErrorEvent && event.preventDefault();
      socket.onopen = () => this.#greet(socket);
      socket.onmessage = ({ data }) => this.#hear(socket, JSON.parse(String(data)));
      return response;
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}`;
  }
  get connectionCount(): number {
    return this.#connectionCount;
  }
  /** Requests of one kind. */
  of(type: string): Asked[] {
    return this.asked.filter((one) => one.type === type);
  }

  event(eventType: string, eventData: Data): void {
    for (const socket of this.#sockets) send(socket, 5, { eventType, eventIntent: 1, eventData });
  }

  /** Ends every connection without a word. */
  drop(): void {
    for (const socket of this.#sockets) socket.close(1011);
  }

  #greet(socket: WebSocket): void {
    if (["silent", "old", "other"].includes(this.behaviour)) return;
    send(socket, 0, { obsWebSocketVersion: "5.1.0", rpcVersion: 1 });
    if (this.behaviour === "garbage") socket.send("\u0000 this is no JSON {");
    if (this.behaviour === "nonsense") socket.send("[1, 2, 3]");
    if (this.behaviour === "huge") socket.send(`{"op":0,"d":"${"x".repeat(17 * 1024 * 1024)}"}`);
  }

  #hear(socket: WebSocket, message: Data): void {
    if (this.behaviour === "old") {
      const id = message["message-id"];
      return socket.send(
        JSON.stringify({ "message-id": id, status: "ok", "obs-websocket-version": "4.9.1", version: 1.1 }),
      );
    }
    const { op, d } = message as { op: number; d: Data };
    if (op === 1) return this.#identify(socket);
    this.#messageCount++;
    this.#answer(socket, op, d).catch(() => {}); // the socket may have gone meanwhile
  }

  #identify(socket: WebSocket): void {
    if (this.behaviour === "wrong password") return socket.close(4009, "Authentication failed.");
    if (this.behaviour === "other rpc version") {
      return socket.close(4010, "Your requested RPC version is not supported by this server.");
    }
    send(socket, 2, { negotiatedRpcVersion: 1 });
  }

  async #answer(socket: WebSocket, op: number, d: Data): Promise<void> {
    const message = this.#messageCount;
    const requests = op === 8 ? d.requests as Data[] : [d];
    const asked = requests.map((request): Asked => ({
      type: String(request.requestType),
      data: (request.requestData ?? {}) as Data,
      message,
    }));
    this.asked.push(...asked);
    const isFirst = asked[0]?.type === "GetVersion";
    if (this.behaviour === "closes" && !isFirst) return socket.close(1011);
    if (this.behaviour === "mute" && !isFirst) return;
    if (this.lateMs > 0) await delay(this.lateMs);
    if (this.behaviour === "kicks") delay(50).then(() => socket.close(4011, "kicked"), () => {});
    const results = asked.map((one) => {
      const answer = this.answering?.(one) ?? this.#show(one);
      const { code } = answer as { code?: unknown };
      const isRefused = typeof code === "number";
      return {
        requestType: one.type,
        requestStatus: isRefused ? { result: false, code, comment: "refused" } : { result: true, code: 100 },
        ...(isRefused ? {} : { responseData: answer }),
      };
    });
    if (this.behaviour === "floods") {
      for (let nth = 0; nth < 5000; nth++) {
        this.event("SceneItemEnableStateChanged", {
          sceneName: "Lipcam",
          sceneItemId: nth,
          sceneItemEnabled: nth % 2 === 0,
        });
      }
    }
    if (op === 8) {
      const list = this.behaviour === "wrong answers" ? results.slice(1) : results;
      send(socket, 9, { requestId: d.requestId, results: list });
    } else send(socket, 7, { requestId: d.requestId, ...results[0] });
  }

  #show({ type, data }: Asked): Data {
    switch (type) {
      case "GetVersion":
        return { obsVersion: "29.0.2", obsWebSocketVersion: "5.1.0", rpcVersion: 1 };
      case "GetSceneList":
        return {
          currentProgramSceneName: this.scene,
          scenes: ["BRB", "Product", "Lipcam"].map((sceneName) => ({ sceneName })),
        };
      case "GetInputList":
        return { inputs: [{ inputName: "Music", inputKind: "ffmpeg_source" }] };
      case "GetSceneTransitionList":
        return {
          currentSceneTransitionName: "Fade",
          transitions: [
            { transitionName: "Cut", transitionKind: "cut_transition" },
            { transitionName: "Fade", transitionKind: "fade_transition" },
          ],
        };
      case "GetSceneItemList":
        return { sceneItems: [{ sceneItemId: 1, sourceName: "Music" }] };
      case "GetCurrentProgramScene":
        return { currentProgramSceneName: this.scene };
      case "SetCurrentProgramScene":
        this.scene = String(data.sceneName);
        return {};
      case "GetVirtualCamStatus":
      case "GetStreamStatus":
      case "GetRecordStatus":
        return { outputActive: false };
      default:
        return {};
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await this.#server.shutdown();
  }
}

function send(socket: WebSocket, op: number, d: unknown): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ op, d }));
}

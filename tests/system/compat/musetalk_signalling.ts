/** The WebSocket of a client of MuseTalk's: an offer out, the answer and the server's candidates in. In: an address. Out: an SDP. */

interface Said {
  readonly type: string;
  readonly sdp?: string;
  readonly sessionid?: string;
  readonly candidate?: { readonly candidate: string } | null;
}

export class Signalling {
  readonly socket: WebSocket;
  session = "";
  readonly #open: Promise<unknown>;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.#open = new Promise((resolve) => this.socket.onopen = resolve);
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The answer with all candidates of the server in it. Rejects with what the server says instead. */
  async offer(sdp: string): Promise<string> {
    await this.#open;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let answer: string | undefined;
    const lines: string[] = [];
    let isAll = false;
    this.socket.onmessage = ({ data }) => {
      const said: Said = JSON.parse(data);
      if (said.type === "answer") {
        answer = said.sdp;
        this.session = said.sessionid!;
      } else if (said.type !== "ice-candidate") return reject(new Error(data));
      else if (said.candidate) lines.push(`a=${said.candidate.candidate}\r\n`);
      else isAll = true;
      if (isAll && answer !== undefined) {
        resolve(answer.replace(/a=ice-pwd:[^\r\n]*\r\n/, (line) => line + lines.join("")));
      }
    };
    this.send({ type: "offer", sdp });
    return await promise;
  }
}

/** Whether OBS streams and records, for the state. In: two questions after connecting, then OBS's events. */
import type { Line, ObsEvent } from "./line.ts";

export class Outputs {
  #isStreaming = false;
  #isRecording = false;

  state(): { readonly isStreaming: boolean; readonly isRecording: boolean } {
    return { isStreaming: this.#isStreaming, isRecording: this.#isRecording };
  }

  async read(line: Line): Promise<void> {
    const [stream, record] = await line.batch([
      { requestType: "GetStreamStatus" },
      { requestType: "GetRecordStatus" },
    ]);
    this.#isStreaming = stream?.isDone === true && stream.data.outputActive === true;
    this.#isRecording = record?.isDone === true && record.data.outputActive === true;
  }

  hear({ type, data }: ObsEvent): void {
    if (type === "StreamStateChanged") this.#isStreaming = data.outputActive === true;
    if (type === "RecordStateChanged") this.#isRecording = data.outputActive === true;
  }

  lost(): void {
    this.#isStreaming = false;
    this.#isRecording = false;
  }
}

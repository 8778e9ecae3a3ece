/**
 * The ONNX runtime's library and what computes there: providers, in the order they are tried.
 *
 * The library is loaded when it is first needed. Whether a provider works here is found out once a process, by running a
 * network of one node on it: what the runtime lists may still lack its driver or its own library.
 */
import { Fault, InputFault, oneLine } from "../errors/mod.ts";

export type Runtime = typeof import("onnxruntime-node");

/** From the fastest to the one that is always there; TensorRT compiles for minutes, so CUDA comes first. */
export const PROVIDERS = ["cuda", "tensorrt", "dml", "coreml", "webgpu", "cpu"] as const;
export type Provider = typeof PROVIDERS[number];
/** auto: the first that opens and runs. */
export const PROVIDER_CHOICES = ["auto", ...PROVIDERS] as const;
export type ProviderChoice = typeof PROVIDER_CHOICES[number];

/** y = x, as an ONNX model of opset 17. */
const PROBE = Uint8Array.fromBase64(
  "CAg6OgoQCgF4EgF5IghJZGVudGl0eRIEdGVzdFoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCAhAR",
);

export interface ProviderReport {
  readonly provider: Provider;
  /** In one line; absent: it works. */
  readonly trouble?: string;
}

let loading: Promise<Runtime> | undefined;
const troubles = new Map<Provider, Promise<string | undefined>>();

/** Throws Fault `no_runtime` where the library cannot be loaded on this machine. `what` begins the message. */
export function loadRuntime(what: string): Promise<Runtime> {
  loading ??= import("onnxruntime-node").then((runtime) => {
    runtime.env.logLevel = "fatal"; // what went wrong is said in our own words
    return runtime;
  });
  return loading.catch((cause: unknown) => {
    throw new Fault(
      `${what}: the ONNX runtime cannot be loaded (${
        oneLine(cause)
      }), wanted onnxruntime-node, or the loudness engine`,
      { code: "no_runtime", cause },
    );
  });
}

/** From a word of the configuration. Throws InputFault `bad_provider`. */
export function providerChoice(word: string): ProviderChoice {
  const choice = PROVIDER_CHOICES.find((each) => each === word);
  if (choice !== undefined) return choice;
  throw new InputFault(
    `provider "${word}" does not exist, wanted one of ${PROVIDER_CHOICES.join(", ")}`,
    { code: "bad_provider" },
  );
}

/** Why `provider` cannot be used here; undefined where it can. */
export function providerTrouble(runtime: Runtime, provider: Provider): Promise<string | undefined> {
  if (provider === "cpu") return Promise.resolve(undefined);
  let trouble = troubles.get(provider);
  if (trouble === undefined) {
    trouble = probe(runtime, provider);
    troubles.set(provider, trouble);
  }
  return trouble;
}

/** Every provider of this build of the runtime. */
export async function listProviders(): Promise<ProviderReport[]> {
  const runtime = await loadRuntime("providers");
  const reports: ProviderReport[] = [];
  for (const provider of PROVIDERS) {
    if (!isListed(runtime, provider)) continue;
    const trouble = await providerTrouble(runtime, provider);
    reports.push({ provider, ...(trouble === undefined ? {} : { trouble }) });
  }
  return reports;
}

function isListed(runtime: Runtime, provider: Provider): boolean {
  return runtime.listSupportedBackends().some(({ name }) => name === provider);
}

async function probe(runtime: Runtime, provider: Provider): Promise<string | undefined> {
  if (!isListed(runtime, provider)) return "this build of the runtime does not have it";
  // Where there is no graphics device the library complains on stderr, or computes on the processor more slowly than cpu.
  if (provider === "webgpu" && Deno.build.os === "linux" && !hasGraphics()) {
    return "no graphics device is there";
  }
  try {
    const options = { executionProviders: [provider], intraOpNumThreads: 1, logSeverityLevel: 4 } as const;
    const session = await runtime.InferenceSession.create(PROBE, options);
    await session.run({ x: new runtime.Tensor("float32", new Float32Array(1), [1]) });
    await session.release();
    return undefined;
  } catch (error) {
    return shortened(error);
  }
}

function hasGraphics(): boolean {
  try {
    return [...Deno.readDirSync("/dev/dri")].some(({ name }) => name.startsWith("renderD"));
  } catch {
    return false; // no such folder, or not for us
  }
}

/** The runtime begins its messages with places in its own source. */
export function shortened(error: unknown): string {
  const text = oneLine(error);
  const told = text.replace(
    /^(\[[^\]]*\]\s*:?\s*)?\/?\S*onnxruntime\S*\.cc:\d+ .*?(was false\.|false\.)\s*/,
    "",
  );
  return told.length > 300 ? `${told.slice(0, 300)}...` : told;
}

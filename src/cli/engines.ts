/** `engines`: what can move lips here: engines, providers and installed models. */
import { EXIT, oneLine } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";

const BUILT_IN = [
  ["viseme", "a network that answers mouth shapes, on every avatar; looks 72.5 ms ahead"],
  ["viseme-fast", "the same, looks 32.5 ms ahead"],
  ["loudness", "no network"],
] as const;

export const command: Command = {
  name: "engines",
  summary: "list what can move the lips, and what computes it",
  usage: "[flags]",
  about:
    `Lists the built-in engines, the providers that the ONNX runtime has here, and the installed models of the
video engines (musetalk, wav2lip, ultralight) with what is wrong with them. A model is a folder with a model.json
in one of the model folders; scripts/export/README.md says how to make one from published weights. What a model
costs on this machine is measured when a programme starts with it: deno task state shows it, and so does
deno task bench:engines.`,
  examples: [
    { command: "deno task engines", does: "engines, providers, models" },
    { command: "deno task live --avatar anna --engine wav2lip", does: "one of them, by name" },
  ],
  flags: [JSON_FLAG],
  takesSettings: true,
  async run(context) {
    const { listModels, listProviders } = await import("../model/mod.ts");
    const { modelFolders } = await import("../programme/mod.ts");
    const loaded = await context.loadConfig();
    context.openLog(loaded);
    const providers = await listProviders().catch((error: unknown) => [
      { provider: "cpu", trouble: oneLine(error) },
    ]);
    const folders = modelFolders(loaded.config, context.folders);
    const models = listModels(folders);
    if (context.flags.isOn("json")) {
      context.out(JSON.stringify({ engines: BUILT_IN.map(([name]) => name), providers, models }, null, 2));
      return EXIT.ok;
    }
    for (const [name, does] of BUILT_IN) context.out(`${name.padEnd(14)}engine      ${does}`);
    for (const { provider, trouble } of providers) {
      context.out(`${provider.padEnd(14)}provider    ${trouble ?? "works here"}`);
    }
    for (const { name, kind, contract, bytes, licence, trouble } of models) {
      const about = trouble ?? `${contract ?? kind}, ${(bytes / 1e6).toFixed(1)} MB, ${licence}`;
      context.out(`${name.padEnd(14)}model       ${about}`);
    }
    if (!models.some(({ kind }) => kind !== "viseme")) {
      context.note(
        `no video engine's model is installed; visemes move every mouth (looked in ${folders.join(", ")})`,
      );
    }
    return EXIT.ok;
  },
};

/** A place to import avatars into, with a finder that always sees a face, and what was said meanwhile. */
import { assert, assertRejects } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { importAvatar, type ImportOptions } from "../../src/prepare/importing/mod.ts";
import { centredFinder } from "./foreign_avatar.ts";

export class Place implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "import_test_" });
  readonly parent = `${this.path}/avatars`;
  readonly notes: string[] = [];
  readonly steps: string[] = [];

  import(path: string, more: Partial<ImportOptions> = {}) {
    return importAvatar({
      ...{ path, id: "anna", parent: this.parent, isForced: false },
      finder: centredFinder(),
      onProgress: ({ step }) => this.steps.push(step),
      onNote: (line) => this.notes.push(line),
      ...more,
    });
  }

  /** What is in the avatars' folder, but for workshops that are taken up again. */
  left(): string[] {
    return [...Deno.readDirSync(this.parent)].map(({ name }) => name).filter((name) =>
      !name.startsWith(".prepare-")
    );
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The fault, which is one line. */
export async function refused(promise: Promise<unknown>): Promise<InputFault> {
  const fault = await assertRejects(() => promise, InputFault);
  assert(!fault.message.includes("\n"));
  return fault;
}

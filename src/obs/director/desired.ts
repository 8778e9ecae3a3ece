/**
 * What OBS shall be like, as far as anybody has said. In: wants, the last of a kind wins; what a person changes in OBS,
 * which wins too. Out: after a reconnect, the requests for what differs and nothing else.
 *
 * Lives as long as the programme, connected or not. Limits: 1000 wants, then the oldest goes.
 */
import type { Obs } from "./line.ts";
import type { OwnDeeds } from "./own_deeds.ts";
import { keyOf, type Mark, type Step, stepsOf, type View, type Want } from "./wants.ts";

const WANTS_MAX = 1000;

export interface Reconciled {
  /** Properties that differed and were set. */
  readonly setCount: number;
  /** One line each: what is missing in OBS, or what OBS refused. */
  readonly problems: readonly string[];
}

export class Desired {
  /** In the order in which they were wanted. */
  readonly #wants = new Map<string, Want>();

  get size(): number {
    return this.#wants.size;
  }

  get scene(): string | undefined {
    const want = this.#wants.get("scene");
    return want?.kind === "scene" ? want.scene : undefined;
  }

  set(want: Want): void {
    const key = keyOf(want);
    const before = this.#wants.get(key);
    this.#wants.delete(key);
    this.#wants.set(key, before === undefined ? want : over(before, want));
    if (this.#wants.size > WANTS_MAX) this.#wants.delete(this.#wants.keys().next().value!);
  }

  /** The scene is nobody's wish any more. */
  forgetScene(): void {
    this.#wants.delete("scene");
  }

  /** A person changed something in OBS: where we had a wish for it, it is theirs now. */
  personDid({ what, value }: Mark, view: View): void {
    for (const [key, want] of this.#wants) {
      if (want.kind === "scene") {
        if (what === "scene") this.#wants.set(key, { kind: "scene", scene: String(value) });
        continue;
      }
      const found = stepsOf(want, view);
      if (!("steps" in found) || !found.steps.some((step) => step.mark?.what === what)) continue;
      if (want.kind === "item") this.#wants.set(key, { ...want, isShown: value === true });
      else if (want.kind === "mute") this.#wants.set(key, { ...want, isMuted: value === true });
      else if (want.kind === "filter") this.#wants.set(key, { ...want, isEnabled: value === true });
    }
  }

  /** Reads what OBS is like and sets what differs. Rejects where OBS goes meanwhile. */
  async reconcile(obs: Obs, view: View, own: OwnDeeds): Promise<Reconciled> {
    return await reconcile([...this.#wants.values()], obs, view, own);
  }

  /** The same for the scene alone. */
  async reconcileScene(obs: Obs, view: View, own: OwnDeeds): Promise<Reconciled> {
    const want = this.#wants.get("scene");
    return await reconcile(want === undefined ? [] : [want], obs, view, own);
  }
}

async function reconcile(
  wants: readonly Want[],
  obs: Obs,
  view: View,
  own: OwnDeeds,
): Promise<Reconciled> {
  const problems: string[] = [];
  const steps: Step[] = [];
  for (const want of wants) {
    const found = stepsOf(want, view);
    if ("missing" in found) problems.push(found.missing);
    else steps.push(...found.steps);
  }
  const answers = await obs.batch(steps.map((step) => step.read));
  const differing = steps.filter((step, index) => {
    const answer = answers[index]!;
    if (answer.isDone) return !step.isMet(answer.data);
    problems.push(refusal(step.read.requestType, answer));
    return false;
  });
  const marks = differing.flatMap((step) => step.mark ?? []);
  own.begin(marks);
  const written = await obs.batch(differing.map((step) => step.write));
  own.done(marks);
  for (const [index, answer] of written.entries()) {
    const { write, mark } = differing[index]!;
    if (!answer.isDone) problems.push(refusal(write.requestType, answer));
    else if (mark?.what === "scene") view.inventory.current = String(mark.value);
  }
  return { setCount: differing.length, problems };
}

/** The line for a request that OBS refused. */
export function refusal(request: string, { code, says }: { code: number; says: string }): string {
  return `OBS refused ${request} (${code}${says === "" ? "" : `: ${says}`})`;
}

function over(before: Want, want: Want): Want {
  if (before.kind !== "filter" || want.kind !== "filter") return want;
  return {
    ...want,
    isEnabled: want.isEnabled ?? before.isEnabled,
    settings: want.settings === undefined ? before.settings : { ...before.settings, ...want.settings },
  };
}

/**
 * The manner of the face over time: expressions blend, actions run to their end, stress follows the voice.
 *
 * In: cues by number (1 + index in STAGE_CUES: an expression stays, an action ends by itself) and, once a unit, the stress of the mouth that is shown. Out: the
 * Manner that faces read. Stage's thread; allocates nothing after the constructor. Policy: an action asked for
 * while another runs waits for it; more than ACTIONS_WAITING_MAX are dropped.
 */
import { ACTION_MS, calmManner, EXPRESSIONS, type Manner } from "../avatar/mod.ts";
import { STAGE_CUES } from "../speech/mod.ts";

const BLEND_MS = 420;
const ACTIONS_WAITING_MAX = 4;
/** A head follows an accent quickly and comes back slowly. */
const STRESS_RISE_MS = 90;
const STRESS_FALL_MS = 320;

export class MannerTrack {
  readonly manner: Manner = calmManner();
  readonly #periodMs: number;
  readonly #from = new Float32Array(EXPRESSIONS.length);
  #expression = 0;
  /** How long the blend has been going on; at BLEND_MS it is over. */
  #blendMs = BLEND_MS;
  readonly #waiting = new Int8Array(ACTIONS_WAITING_MAX);
  #waitingCount = 0;
  readonly #stressRise: number;
  readonly #stressFall: number;

  /** `expression` is an index into EXPRESSIONS: the one the face begins with. */
  constructor(periodMs: number, expression = 0) {
    this.#periodMs = periodMs;
    this.#stressRise = 1 - Math.exp(-periodMs / STRESS_RISE_MS);
    this.#stressFall = 1 - Math.exp(-periodMs / STRESS_FALL_MS);
    this.#expression = expression;
    this.manner.expressions.fill(0);
    this.manner.expressions[expression] = 1;
  }

  /** Index into EXPRESSIONS of the one that is shown or blended to. */
  get expression(): number {
    return this.#expression;
  }

  /** 1 + index in STAGE_CUES; 0 and unknown numbers are nothing. */
  cue(code: number): void {
    const index = code - 1;
    if (index >= 0 && index < EXPRESSIONS.length) this.#express(index);
    else if (index >= 0 && index < STAGE_CUES.length) this.#act(index - EXPRESSIONS.length);
  }

  /** One unit on. `stress` is 0..1, of the voice under this unit. */
  advance(stress: number): void {
    const { manner } = this;
    if (manner.action >= 0) {
      manner.actionMs += this.#periodMs;
      if (manner.actionMs >= ACTION_MS[manner.action]!) {
        manner.action = -1;
        manner.actionMs = 0;
      }
    }
    if (manner.action < 0 && this.#waitingCount > 0) {
      manner.action = this.#waiting[0]!;
      manner.actionMs = 0;
      this.#waiting.copyWithin(0, 1);
      this.#waitingCount--;
    }
    this.#blend();
    const step = stress > manner.stress ? this.#stressRise : this.#stressFall;
    manner.stress += (stress - manner.stress) * step;
  }

  #express(expression: number): void {
    if (expression === this.#expression) return;
    this.#from.set(this.manner.expressions);
    this.#expression = expression;
    this.#blendMs = 0;
  }

  #act(action: number): void {
    if (this.#waitingCount < ACTIONS_WAITING_MAX) this.#waiting[this.#waitingCount++] = action;
  }

  #blend(): void {
    if (this.#blendMs >= BLEND_MS) return;
    this.#blendMs = Math.min(BLEND_MS, this.#blendMs + this.#periodMs);
    const part = this.#blendMs / BLEND_MS;
    const eased = part * part * (3 - 2 * part);
    const { expressions } = this.manner;
    for (let index = 0; index < expressions.length; index++) {
      const to = index === this.#expression ? 1 : 0;
      expressions[index] = this.#from[index]! + (to - this.#from[index]!) * eased;
    }
  }
}

/** What each expression adds to a pose at full weight. Any thread; allocates nothing. */
import { type Expression, EXPRESSIONS } from "../manner.ts";
import type { Pose } from "./pose.ts";

const OFFSETS: Readonly<Record<Expression, Partial<Pose>>> = {
  neutral: {},
  happy: { smile: 0.85, squint: 0.55, browLeft: 0.22, browRight: 0.22, pitch: -0.1, roll: 0.1 },
  sad: {
    smile: -0.65,
    browTilt: 0.85,
    browLeft: -0.1,
    browRight: -0.1,
    lidLeft: 0.13,
    lidRight: 0.13,
    pitch: 0.32,
    gazeY: 0.2,
    roll: -0.12,
  },
  surprised: {
    browLeft: 0.95,
    browRight: 0.95,
    browTilt: 0.12,
    lidLeft: -0.42,
    lidRight: -0.42,
    pitch: -0.3,
    shiftY: -0.2,
  },
  thinking: {
    gazeX: 0.6,
    gazeY: -0.55,
    browLeft: -0.15,
    browRight: 0.5,
    browTilt: -0.2,
    yaw: 0.3,
    pitch: -0.15,
    roll: 0.32,
    squint: 0.18,
    smile: -0.2,
  },
};

interface Offset {
  readonly expression: number;
  readonly field: keyof Pose;
  readonly amount: number;
}

const IN_ORDER: readonly Offset[] = EXPRESSIONS.flatMap((expression, index) =>
  Object.entries(OFFSETS[expression]).map(([field, amount]) => ({
    expression: index,
    field: field as keyof Pose,
    amount,
  }))
);

/** Adds all expressions by their weights, in the order of EXPRESSIONS. */
export function express(weights: Float32Array, pose: Pose): void {
  for (let index = 0; index < IN_ORDER.length; index++) {
    const { expression, field, amount } = IN_ORDER[index]!;
    pose[field] += amount * weights[expression]!;
  }
}

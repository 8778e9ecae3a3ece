/**
 * Draws the parametric mouth as a cartoonist would: one line when closed, an outlined opening with teeth and tongue
 * when open.
 *
 * In: the six mouth parameters and how cheerful the closed line is. Out: strokes and fills on a canvas whose units
 * are the style's and whose origin is the middle of the closed mouth. Everything is told in half widths of the
 * relaxed mouth, so that one painter serves small and large mouths. Colours are made once.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";
import { JAW, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "../../lipsync/mod.ts";
import type { Bounds } from "../drawn/bounds.ts";
import type { Ink } from "./rig.ts";

export interface StrokeMouth {
  readonly halfWidth: number;
  /** How far the lower lip falls for "aa". */
  readonly drop: number;
  readonly openLine: number;
  readonly closedLine: number;
  readonly isInked: boolean;
  /** -1..1: the relaxed mouth without any smile asked for. */
  readonly mood: number;
  readonly ink: Ink;
}

/** A full smile lifts the corners over the middle by so much, in half widths. */
const SMILE = 0.42;
/** Small openings are drawn a little larger than they are, to be seen inside their line. */
const JAW_CURVE = 0.85;
/** Gaps below this are closed lips. */
const SHUT = 0.012;
/** Skin around a mouth in a beard, both sides together, in half widths. */
const HALO = 0.3;

export class MouthStrokes {
  readonly #context: SKRSContext2D;
  readonly #look: StrokeMouth;
  // The shape of this frame, see #shape.
  #half = 0;
  #corner = 0;
  /** Middle of the upper and of the lower edge. */
  #top = 0;
  #bottom = 0;
  /** 0: the edges meet in points, 1: the opening is an ellipse. */
  #round = 0;
  #line = 0;
  #open = 0;

  constructor(context: SKRSContext2D, look: StrokeMouth) {
    this.#context = context;
    this.#look = look;
  }

  /** All that is ever drawn, in the painter's own units. */
  static bounds(look: StrokeMouth): Bounds {
    const { halfWidth, drop, closedLine, openLine, ink } = look;
    const line = Math.max(closedLine * 1.3, openLine) / 2 +
      (ink.halo === undefined ? 0 : halfWidth * HALO / 2);
    const side = halfWidth * 1.3 + line;
    return {
      left: -side,
      top: -halfWidth * 0.38 - line,
      right: side,
      bottom: Math.max(drop * 1.1, halfWidth * 0.5) + line,
    };
  }

  /** `smile` -1..1 comes on top of the character's own mood. */
  paint(mouth: Float32Array, smile: number): void {
    this.#shape(mouth, smile);
    const context = this.#context;
    const { ink, closedLine, openLine } = this.#look;
    context.lineJoin = "round";
    context.lineCap = "round";
    if (ink.halo !== undefined) this.#paintHalo(ink.halo);
    if (this.#open > 0) {
      this.#trace(0);
      context.fillStyle = ink.cavity;
      context.fill();
      context.save();
      context.clip();
      this.#paintInside(mouth);
      context.restore();
    }
    // The closed line swells in its middle; opening, it becomes the even line around.
    const swell = Math.max(0, closedLine - this.#line) * (1 - this.#open) / 2;
    this.#trace(swell);
    context.strokeStyle = ink.line;
    context.lineWidth = Math.max(0.01, mix(this.#line, openLine, this.#open));
    if (this.#open === 0) {
      context.fillStyle = ink.line;
      context.fill();
    }
    if (this.#open === 0 || openLine > 0) context.stroke();
  }

  /** Lips in a beard. */
  #paintHalo(colour: string): void {
    const context = this.#context;
    const { closedLine, openLine, halfWidth } = this.#look;
    this.#trace(0);
    context.strokeStyle = colour;
    context.lineWidth = mix(closedLine, openLine, this.#open) + halfWidth * HALO;
    context.stroke();
  }

  #shape(mouth: Float32Array, smile: number): void {
    const { halfWidth, drop, closedLine, mood } = this.#look;
    const press = mouth[PRESS]!;
    const free = 1 - press;
    const teeth = mouth[TEETH]! * free;
    const jaw = mouth[JAW]! * free;
    const pucker = mouth[PUCKER]! * free * (1 - teeth);
    const spread = mouth[SPREAD]! * (1 - pucker) * free;
    const tongue = mouth[TONGUE]! * free * (1 - teeth);
    const talk = Math.max(jaw, spread, pucker, press, teeth, tongue);
    const asked = smile * (1 - talk);
    const curve = mood * (1 - 0.6 * talk) * (1 - Math.abs(asked)) + asked;
    this.#half = halfWidth *
      (1 + 0.16 * spread - 0.62 * pucker - 0.1 * jaw * (1 - spread) + 0.05 * press +
        0.1 * Math.max(0, smile) * (1 - talk));
    const fall = drop * jaw ** JAW_CURVE * (1 - 0.35 * pucker) * (1 - 0.12 * spread);
    const parted = halfWidth * (0.3 * spread + 0.38 * pucker + 0.26 * tongue) * (1 - 0.5 * jaw);
    const bottom = mix(fall + parted * 0.8, halfWidth * 0.16, teeth);
    const top = -mix(halfWidth * 0.1 * jaw + parted * 0.45, halfWidth * 0.2, teeth);
    const gap = bottom - top;
    this.#open = Math.min(1, Math.max(0, (gap / halfWidth - SHUT) / 0.1));
    this.#round = Math.min(
      1,
      Math.max(pucker, jaw * (1 - spread) * 0.7) * Math.min(1, gap / (halfWidth * 0.3)),
    );
    const bend = curve * SMILE * halfWidth * (1 - 0.6 * press) * (1 - pucker);
    // Corners go down with the jaw, and up with a smile; the middle gives way so that the line stays where it is.
    this.#corner = mix(
      -bend * 0.55,
      (top + bottom) * mix(0.3, 0.5, this.#round),
      Math.min(1, gap / (halfWidth * 0.5)),
    );
    this.#top = top + bend * 0.45 * (1 - this.#open * 0.6);
    this.#bottom = bottom + bend * 0.45 * (1 - this.#open * 0.6);
    this.#line = closedLine * (0.72 + 0.4 * press);
  }

  /** The opening, its edges `swell` apart where they would touch. */
  #trace(swell: number): void {
    const context = this.#context;
    const half = this.#half;
    const corner = this.#corner;
    const top = this.#top - swell;
    const bottom = this.#bottom + swell;
    context.beginPath();
    context.moveTo(-half, corner);
    this.#traceEdge(half, corner, top, 1);
    this.#traceEdge(half, corner, bottom, -1);
    context.closePath();
  }

  /** From one corner over the middle at `y` to the other: `side` 1 from left to right, -1 back. */
  #traceEdge(half: number, corner: number, y: number, side: number): void {
    const context = this.#context;
    const round = this.#round;
    const reach = half * mix(0.55, 0.552, round);
    // Pointed corners: the edge leaves along the way to the middle; round ones: upright.
    const outX = half * mix(0.72, 1, round);
    const outY = mix(mix(corner, y, 0.72), mix(corner, y, 0.552), round);
    context.bezierCurveTo(-side * outX, outY, -side * reach, y, 0, y);
    context.bezierCurveTo(side * reach, y, side * outX, outY, side * half, corner);
  }

  #paintInside(mouth: Float32Array): void {
    const context = this.#context;
    const { halfWidth, ink, isInked, openLine } = this.#look;
    const half = this.#half;
    const gap = this.#bottom - this.#top;
    const free = 1 - mouth[PRESS]!;
    const bite = mouth[TEETH]! * free;
    const raise = mouth[TONGUE]! * free * (1 - bite);
    const pucker = mouth[PUCKER]! * free;
    const spread = mouth[SPREAD]! * free;
    const jaw = mouth[JAW]! * free;
    const thin = openLine * 0.6;

    // The tongue rests on the floor of the mouth and comes up to the teeth.
    const rest = Math.max(0, jaw - 0.25) * 0.9;
    const height = Math.max(gap * 0.5 * rest, gap * 0.72 * raise);
    if (height > 0.5 * thin && bite < 0.9) {
      const y = mix(this.#bottom + gap * 0.08, this.#bottom, raise);
      context.beginPath();
      context.ellipse(0, y, half * mix(0.62, 0.5, raise), height, 0, 0, Math.PI * 2);
      context.fillStyle = ink.tongue;
      context.fill();
      if (isInked) this.#inkStroke(thin);
    }
    // Upper teeth stay with the skull; rounded lips hide them.
    const upper = Math.min(gap * mix(0.45, 0.6, spread), halfWidth * 0.3) * (1 - 0.9 * pucker) *
      (1 - 0.35 * raise);
    const tall = mix(upper, gap + 2 * openLine, bite);
    if (tall > 0.02 * halfWidth) {
      this.#paintTeeth(this.#top - openLine, this.#top + tall, thin);
    }
    // "ee" and "s" show the lower ones too.
    const clenched = Math.min(1, Math.max(0, (spread - 0.35) / 0.35)) * Math.max(0, 1 - 1.5 * jaw);
    const lower = gap * 0.42 * clenched * (1 - pucker) * (1 - raise) * (1 - bite);
    if (lower > 0.02 * halfWidth) this.#paintTeeth(this.#bottom - lower, this.#bottom + openLine, thin);
  }

  /** A band of teeth from `top` to `bottom`, bent as the mouth is. */
  #paintTeeth(top: number, bottom: number, thin: number): void {
    const context = this.#context;
    const half = this.#half * 1.05;
    const bow = (this.#corner - this.#top) * 0.35;
    context.beginPath();
    context.moveTo(-half, top + bow);
    context.quadraticCurveTo(0, top - bow, half, top + bow);
    context.lineTo(half, bottom + bow);
    context.quadraticCurveTo(0, bottom - bow, -half, bottom + bow);
    context.closePath();
    context.fillStyle = this.#look.ink.teeth;
    context.fill();
    if (this.#look.isInked) this.#inkStroke(thin);
  }

  #inkStroke(width: number): void {
    this.#context.lineWidth = width;
    this.#context.strokeStyle = this.#look.ink.cavity;
    this.#context.stroke();
  }
}

function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

/** #rrggbb with an opacity 0..1, as a canvas wants it. */
export function withAlpha(colour: string, alpha: number): string {
  return colour.slice(0, 7) + Math.round(alpha * 255).toString(16).padStart(2, "0");
}

/** The colour `part` 0..1 of the way from one #rrggbb to another. */
export function mixColours(from: string, to: string, part: number): string {
  const channel = (at: number) => {
    const [a, b] = [from, to].map((colour) => parseInt(colour.slice(at, at + 2), 16));
    return Math.round(a! + (b! - a!) * part).toString(16).padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

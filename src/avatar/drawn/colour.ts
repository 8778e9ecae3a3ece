/** #rrggbb with an opacity 0..1, as a canvas wants it. */
export function withAlpha(colour: string, alpha: number): string {
  return colour.slice(0, 7) + Math.round(alpha * 255).toString(16).padStart(2, "0");
}

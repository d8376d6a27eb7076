/**
 * Durations as flow files write them: `<int>(ms|s|m|h|d)`. A day is 24 hours; calendar arithmetic belongs to expressions.
 */

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const DURATION = /^(\d{1,12})(ms|s|m|h|d)$/;

/** Milliseconds of a duration text, or undefined when it is none. */
export const milliseconds = (text: string): number | undefined => {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const unit = match[2] as keyof typeof UNITS;
  const ms = Number(match[1]) * UNITS[unit];
  return Number.isSafeInteger(ms) ? ms : undefined;
};

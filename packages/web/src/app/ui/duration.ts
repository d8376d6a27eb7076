/** How long something took, in one style everywhere: `12ms`, `1.4s`, `2m 3s`, `1h 5m`, `3d 4h`. */

const PARTS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

const unit = (language: string, name: string, digits = 0): Intl.NumberFormat =>
  new Intl.NumberFormat(language, {
    style: 'unit',
    unit: name,
    unitDisplay: 'narrow',
    maximumFractionDigits: digits,
  });

/** `milliseconds`: below zero reads as zero (clocks of two machines differ). */
export const durationText = (milliseconds: number, language: string): string => {
  const time = Math.max(0, milliseconds);
  if (time < 1_000) return unit(language, 'millisecond').format(Math.round(time));
  if (time < 60_000) return unit(language, 'second', 1).format(Math.floor(time / 100) / 10);
  const at = PARTS.findIndex(([, each]) => time >= each);
  const [name, each] = PARTS[at] ?? PARTS[3];
  const next = PARTS[at + 1];
  const whole = unit(language, name).format(Math.floor(time / each));
  if (next === undefined) return whole;
  const rest = Math.floor((time % each) / next[1]);
  return rest === 0 ? whole : `${whole} ${unit(language, next[0]).format(rest)}`;
};

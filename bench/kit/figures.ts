/** Small sums over measurements. */

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
};

/** The median of `of[i] / against[i]`: both were measured in the same round, so a busy moment of the machine hits both. */
export const ratio = (of: readonly number[], against: readonly number[]): number =>
  median(of.map((value, i) => value / (against[i] ?? Number.NaN)));

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`;
export const whole = (value: number): string => Math.round(value).toLocaleString('en');
export const times = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(2)} ×` : '');
/** Microseconds as milliseconds. */
export const ms = (microseconds: number): string => `${(microseconds / 1000).toFixed(2)} ms`;

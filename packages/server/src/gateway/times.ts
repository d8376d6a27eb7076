/** Times as answers write them. */
export const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

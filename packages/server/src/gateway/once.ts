/**
 * Headers of which there may be one: two of them let a proxy and this server see two different requests, or two different
 * callers. Node keeps the first of two silently, or joins them. So does a transfer encoding that is not plain chunks.
 *
 * ON1 What is ambiguous is refused before anything is looked up, never read by a rule of its own (API-01).
 */

const ONCE: ReadonlyMap<number, readonly string[]> = new Map([
  [4, ['host']],
  [6, ['origin', 'cookie']],
  [9, ['x-api-key']],
  [12, ['content-type']],
  [13, ['authorization']],
  [14, ['content-length', 'sec-fetch-site']],
  [17, ['transfer-encoding']],
]);
const ENCODING = 'transfer-encoding';

/** Names and values in turn, as they came. */
export const isAmbiguous = (raw: readonly string[]): boolean => {
  let seen: string[] | null = null;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const those = ONCE.get(name.length);
    if (those === undefined) continue;
    const lower = name.toLowerCase();
    if (!those.includes(lower)) continue;
    if (lower === ENCODING && raw[i + 1]?.toLowerCase() !== 'chunked') return true;
    if (seen === null) seen = [lower];
    else if (seen.includes(lower)) return true;
    else seen.push(lower);
  }
  return false;
};

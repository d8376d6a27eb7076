/**
 * Canonical JSON in the manner of RFC 8785: one text for one value, whatever the order of its fields and the spelling of
 * its numbers. Lone surrogates, which that RFC refuses, are written as escapes, so that different texts stay different.
 */

/** The canonical text of JSON data. Members that are undefined are left out. Depth must be bounded by who read it. */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).toSorted(byCodeUnits)) {
    const member: unknown = Reflect.get(value, key);
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
};

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

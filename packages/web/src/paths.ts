/** The only place that builds an address of a page. Nothing in an address is a credential. */

export const runPath = (id: string, after = 0): string =>
  `/runs/${encodeURIComponent(id)}${after > 0 ? `?after=${after}` : ''}`;

export const runsPath = (query: {
  readonly flow: string | null;
  readonly state: string | null;
  readonly cursor: string | null;
}): string => {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return parts.length === 0 ? '/runs' : `/runs?${parts.join('&')}`;
};

/**
 * Joins rankings: reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009). A piece counts 1 / (60 + rank) for each
 * ranking that has it, so that no ranking's own scale matters.
 */

const K = 60;
/** What a piece that is first in both rankings has. */
const BEST = 2 / (K + 1);

export type Fused = {
  readonly id: number;
  /** 1: first in both. */
  readonly score: number;
  /** Its place in each ranking, from 1; null: it is not in it. */
  readonly vector: number | null;
  readonly text: number | null;
};

/** Both rankings, the best first, as one; of equals, the earlier id. */
export const fuse = (vector: readonly number[], text: readonly number[]): readonly Fused[] => {
  const places = new Map<number, { vector: number | null; text: number | null }>();
  for (const [index, id] of vector.entries()) places.set(id, { vector: index + 1, text: null });
  for (const [index, id] of text.entries()) {
    const known = places.get(id);
    if (known === undefined) places.set(id, { vector: null, text: index + 1 });
    else known.text = index + 1;
  }
  const of = (place: number | null): number => (place === null ? 0 : 1 / (K + place));
  return [...places]
    .map(([id, at]): Fused => ({ id, ...at, score: (of(at.vector) + of(at.text)) / BEST }))
    .toSorted((a, b) => b.score - a.score || a.id - b.id);
};

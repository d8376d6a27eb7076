/** How alike texts are by their vectors, and which of some topics is the nearest. Pure. */

export type Topic = { readonly name: string; readonly examples: readonly string[] };

/** What stands for a topic: its name, and each example of it. */
export const phrasesOf = ({ name, examples }: Topic): readonly { readonly name: string; readonly text: string }[] =>
  [name, ...examples].map((text) => ({ name, text }));

/** The cosine of two vectors, from -1 to 1; 0 where one has no length. */
export const likeness = (a: readonly number[], b: readonly number[]): number => {
  let [dot, lengthA, lengthB] = [0, 0, 0];
  for (const [i, one] of a.entries()) {
    const other = b[i] ?? 0;
    dot += one * other;
    lengthA += one * one;
    lengthB += other * other;
  }
  return lengthA === 0 || lengthB === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
};

type Scored = { readonly name: string; readonly score: number };

/** The nearest; of equals the first. There has to be one. */
export const bestOf = (scores: readonly Scored[]): Scored =>
  scores.reduce((best, one) => (one.score > best.score ? one : best));

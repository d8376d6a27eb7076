/** How alike texts are by their vectors. Pure. */

/** The cosine of the angle between two vectors, from -1 to 1; 0 where one of them has no length. */
export const cosine = (a: readonly number[], b: readonly number[]): number => {
  let [dot, of, other] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    dot += x * y;
    of += x * x;
    other += y * y;
  }
  return of === 0 || other === 0 ? 0 : dot / Math.sqrt(of * other);
};

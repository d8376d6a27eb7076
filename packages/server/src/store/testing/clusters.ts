/** Vectors as models make them: in clusters, of length 1. The same seed gives the same ones. */

/** Numbers from 0 to 1 (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Gives one vector after the other. `spread`: how far they lie from the middle of their cluster, beside its own size. */
export const clustered = (size: number, clusters: number, seed: number, spread = 0.8): (() => Float32Array) => {
  const random = seeded(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const middles = Array.from({ length: clusters }, () => Float32Array.from({ length: size }, normal));
  return () => {
    const middle = middles[Math.floor(random() * clusters)];
    const vector = Float32Array.from({ length: size }, (_, at) => (middle?.[at] ?? 0) + spread * normal());
    const length = Math.hypot(...vector);
    return vector.map((one) => one / length);
  };
};

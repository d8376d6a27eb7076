/** Rows as objects: names of columns that come twice are told apart, and none of them means anything to the language. */

/** `id`, `id`, `name` as `id`, `id_2`, `name`. */
export const columnNames = (names: readonly string[]): readonly string[] => {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free); n += 1) free = `${name}_${n}`;
    taken.add(free);
    return free;
  });
};

/** One row; own properties alone, whatever they are called. */
export const rowOf = (names: readonly string[], values: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]));

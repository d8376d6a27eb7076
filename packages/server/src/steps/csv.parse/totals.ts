/** Sums over records as they pass: nothing of a record is kept. */

import { byCodePoint, kindOf, type PerItem, problem, type Problem } from '@headgate/core/step';

export const OPERATIONS = ['count', 'sum', 'min', 'max'] as const;
type Operation = (typeof OPERATIONS)[number];

export type Fields = Readonly<Record<string, { readonly op: Operation; readonly of?: PerItem | undefined }>>;

const wrong = (name: string, row: number, value: unknown, expected: string): Problem =>
  problem('aggregate.value', `Record ${row} gives ${kindOf(value)} for \`${name}\`; ${expected} was expected.`, {
    at: { field: `totals.${name}.of` },
    fix: 'List the column in `numbers`, or convert it, e.g. {{ Number(item.amount) }}.',
  });

/** One group of totals. */
export class Totals {
  readonly #fields: Fields;
  readonly #now: Map<string, unknown>;

  constructor(fields: Fields) {
    this.#fields = fields;
    this.#now = new Map(
      Object.entries(fields).map(([name, { op }]) => [name, op === 'count' || op === 'sum' ? 0 : null]),
    );
  }

  /** Adds a record; the Problem that it is none to calculate with. */
  add(item: unknown, row: number): Problem | null {
    for (const [name, { op, of }] of Object.entries(this.#fields)) {
      const value = of === undefined ? item : of(item, row);
      // Null and nothing are passed over, as by `aggregate`.
      if (value === null || value === undefined) continue;
      const before = this.#now.get(name);
      if (op === 'count') this.#now.set(name, Number(before) + 1);
      else if (op === 'sum') {
        if (typeof value !== 'number') return wrong(name, row, value, 'a number');
        this.#now.set(name, Number(before) + value);
      } else {
        const why = this.#extreme(name, op === 'min' ? 1 : -1, value, row);
        if (why !== null) return why;
      }
    }
    return null;
  }

  get value(): Record<string, unknown> {
    return Object.fromEntries(this.#now);
  }

  #extreme(name: string, sign: 1 | -1, value: unknown, row: number): Problem | null {
    const before = this.#now.get(name);
    if (typeof value !== 'number' && typeof value !== 'string') return wrong(name, row, value, 'a number or a text');
    if (before === null) this.#now.set(name, value);
    else if (typeof value === 'number' && typeof before === 'number') {
      if ((value - before) * sign < 0) this.#now.set(name, value);
    } else if (typeof value === 'string' && typeof before === 'string') {
      if (byCodePoint(value, before) * sign < 0) this.#now.set(name, value);
    } else return wrong(name, row, value, `${kindOf(before)}, like those before it,`);
    return null;
  }
}

/**
 * What expressions cost: microseconds a piece, the best of several rounds, next to the same thing
 * written in JavaScript. Run it with Node: `node bench/expr.ts`. `--json` prints one line of JSON.
 *
 * The floors are what plain JavaScript needs for the same work; they tell a slow machine from a slow
 * interpreter. Nothing here is a test.
 */
import { newBudget } from '../packages/core/src/expr/budget.ts';
import { compile, evaluate } from '../packages/core/src/expr/template.ts';

type Item = { id: number; name: string; price: number; tags: string[] };

const items: Item[] = Array.from({ length: 50 }, (_, i) => ({
  id: i,
  name: `item ${i}`,
  price: (i * 7) % 40,
  tags: ['a', 'b'],
}));
const steps = new Map<string, unknown>([
  ['a', JSON.parse(JSON.stringify({ body: { name: 'Ann', items } }))],
  ['text', { body: 'The quick brown fox, jumped over; the lazy dog. '.repeat(20) }],
]);
const scope = {
  get: (root: string): unknown =>
    root === 'now' ? 1_763_780_000_000 : root === 'input' ? { name: 'Bob', n: 3 } : null,
  step: (id: string): unknown => steps.get(id),
  problem: (): unknown => null,
};

const body = { items };

const cases: readonly [name: string, text: string, floor?: () => unknown][] = [
  ['plain path', '{{ steps.a.body.name }}'],
  [
    'filter + map over 50 items',
    '{{ steps.a.body.items.filter(i => i.price > 10).map(i => i.name) }}',
    () => body.items.filter((i) => i.price > 10).map((i) => i.name),
  ],
  [
    'map to objects over 50 items',
    '{{ steps.a.body.items.map(i => ({ ...i, total: i.price * 1.2 })) }}',
    () => body.items.map((i) => ({ ...i, total: i.price * 1.2 })),
  ],
  [
    'reduce over 50 items',
    '{{ steps.a.body.items.reduce((sum, i) => sum + i.price, 0) }}',
    () => body.items.reduce((sum, i) => sum + i.price, 0),
  ],
  [
    'sort 50 items by number',
    '{{ steps.a.body.items.sort((a, b) => a.price - b.price) }}',
    () => body.items.toSorted((a, b) => a.price - b.price),
  ],
  ['condition', '{{ input.n > 2 && input.name.length > 0 }}'],
  [
    'template with three values',
    'Dear {{ input.name }}, {{ steps.a.body.name }} has {{ steps.a.body.items.length }} items',
  ],
  ['template literal', '{{ `Dear ${input.name}, welcome` }}'],
  ['text methods', '{{ input.name.trim().toLowerCase().padEnd(10, ".") }}'],
  ['regex replace in 1 KB', '{{ steps.text.body.replace(/\\s+/g, " ") }}'],
  ['date arithmetic', "{{ now.plus({ days: 1 }).toFormat('yyyy-MM-dd') }}"],
  ['JSON.stringify of 50 items', '{{ JSON.stringify(steps.a.body) }}', () => JSON.stringify(body)],
];

const ROUNDS = 7;

const time = (run: () => unknown): number => {
  let times = 1;
  const once = (): number => {
    const start = performance.now();
    for (let i = 0; i < times; i += 1) run();
    return performance.now() - start;
  };
  while (once() < 20) times *= 2;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) best = Math.min(best, once());
  return (best * 1000) / times;
};

const json = process.argv.includes('--json');
const results: Record<string, number> = {};
for (const [name, text, floor] of cases) {
  const { compiled, problems } = compile(text, 'value');
  if (problems.length > 0) throw new Error(problems[0]?.text);
  const budget = newBudget();
  const first = evaluate(compiled, scope, budget);
  if (!first.ok) throw new Error(`${name}: ${first.problem.text}`);
  const cost = time(() => evaluate(compiled, scope));
  results[name] = Number(cost.toFixed(3));
  if (json) continue;
  const beside = floor === undefined ? '' : `   JavaScript ${time(floor).toFixed(3)} µs`;
  console.log(
    `${name.padEnd(32)} ${cost.toFixed(3).padStart(9)} µs   ${String(Math.ceil(budget.used)).padStart(6)} operations${beside}`,
  );
}
results.compile = Number(time(() => compile(cases[1]?.[1])).toFixed(3));
if (json) console.log(JSON.stringify(results));
else console.log(`${'compiling filter + map'.padEnd(32)} ${results.compile.toFixed(3).padStart(9)} µs`);

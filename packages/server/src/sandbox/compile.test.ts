import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext, runInNewContext } from 'node:vm';
import { afterAll, expect, test } from 'vitest';
import { problem } from '@headgate/core';
import { openCompiler, type Program } from './compile.ts';
import { openBundler } from './compiler.ts';
import { packageFolders } from './libraries.ts';
import { mapProblem } from './source-map.ts';

const compiler = openCompiler();
afterAll(() => compiler.close());

const inspect = async (source: string, language: 'js' | 'ts' = 'ts') => compiler.inspect(source, language);
const programOf = async (source: string, language: 'js' | 'ts' = 'ts'): Promise<Program> => {
  const made = await compiler.compile(source, language, 'sum');
  if (!made.ok) throw new Error(made.problem.text);
  return made.value;
};

const BARE = { filename: 'sum', contextCodeGeneration: { strings: false, wasm: false } } as const;

/** What the script's default function gives, in a realm that has nothing but the language, and makes no code from text. */
const run = async (source: string, input: unknown, language: 'js' | 'ts' = 'ts'): Promise<unknown> => {
  const { script } = await programOf(source, language);
  const given = JSON.stringify(input ?? null);
  const call = `(async () => JSON.stringify(await (${script.trim()}).default(${given}, {})))()`;
  return JSON.parse(String(await runInNewContext(call, { crypto }, BARE)));
};

test('TypeScript becomes one script that gives the default function', async () => {
  const source = `
    enum Size { Small = 1, Large }
    interface Input { readonly list: readonly number[] }
    class Total { constructor(private readonly from: number) {} add(n: number) { return this.from + n; } }
    export default async (input: Input): Promise<{ sum: number; size: Size }> =>
      ({ sum: input.list.reduce((sum, n) => new Total(sum).add(n), 0), size: Size.Large });`;
  expect(await run(source, { list: [1, 2, 3] })).toEqual({ sum: 6, size: 2 });
  expect(await run('export default function (input) { return input.a; }', { a: 1 }, 'js')).toBe(1);
});

test('the script is strict and leaves no name behind (SEC-12)', async () => {
  const { script } = await programOf('export default () => { leaked = 1; }', 'js');
  const realm = { before: 1 };
  const result = runInNewContext(`${script}`, realm) as { default: () => void };
  expect(Object.keys(realm)).toEqual(['before']);
  expect(() => result.default()).toThrow('leaked is not defined');
});

const LIBRARIES: readonly (readonly [string, string, unknown])[] = [
  [
    'date-fns',
    "import { addDays, formatISO } from 'date-fns'; export default () => addDays(new Date(0), 1).toISOString()",
    '1970-01-02T00:00:00.000Z',
  ],
  [
    'zod',
    "import { z } from 'zod'; export default (i: unknown) => z.object({ a: z.number() }).safeParse(i).success",
    true,
  ],
  [
    'lodash-es',
    "import { groupBy } from 'lodash-es'; export default () => groupBy([1, 2, 3], (n) => n % 2)",
    { 0: [2], 1: [1, 3] },
  ],
  [
    'papaparse',
    "import Papa from 'papaparse'; export default () => Papa.parse('a,b\\n1,2', { header: true }).data",
    [{ a: '1', b: '2' }],
  ],
  [
    'fast-xml-parser',
    "import { XMLParser } from 'fast-xml-parser'; export default () => new XMLParser().parse('<a><b>1</b></a>')",
    { a: { b: 1 } },
  ],
  [
    'uuid',
    "import { v5 } from 'uuid'; export default () => v5('headgate', v5.URL)",
    'd2df3a59-bf52-5ed5-a5c2-5b4f4d1d0d36',
  ],
  [
    '@noble/hashes',
    "import { sha256 } from '@noble/hashes/sha2.js'; import { bytesToHex } from '@noble/hashes/utils.js'; export default () => bytesToHex(sha256(new Uint8Array([97]))).slice(0, 8)",
    'ca978112',
  ],
];

test.each(LIBRARIES)('SBX-10 %s is taken in and needs nothing of Node', async (name, source, expected) => {
  const got = await run(source, { a: 1 });
  if (name === 'uuid') expect(got).toMatch(/^[0-9a-f-]{36}$/);
  else expect(got).toEqual(expected);
});

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["import fs from 'node:fs'; export default () => fs;", 'code.import', 'of Node'],
  ["import fs from 'fs'; export default () => fs;", 'code.import', 'of Node, by its old name'],
  ["import x from './other.ts'; export default () => x;", 'code.import', 'beside it'],
  ["import x from '/etc/passwd'; export default () => x;", 'code.import', 'by an absolute path'],
  [
    "import x from 'lodash-es/../../../../etc/hostname'; export default () => x;",
    'code.import',
    'by a way up from a library',
  ],
  [
    "import x from 'zod/package.json/../../../package.json'; export default () => x;",
    'code.import',
    'by a way up from a file of a library',
  ],
  ["import x from 'https://example.com/x.js'; export default () => x;", 'code.import', 'from the network'],
  ["import x from 'data:text/javascript,export default 1'; export default () => x;", 'code.import', 'from a text'],
  ["import x from 'file:///etc/passwd'; export default () => x;", 'code.import', 'by a file URL'],
  ["import x from 'fastify'; export default () => x;", 'code.import', 'that is installed and not on the list'],
  ["import x from 'esbuild'; export default () => x;", 'code.import', 'that could start programs'],
  ["import x from '@headgate/core'; export default () => x;", 'code.import', 'of the server'],
  ["import x from '#x'; export default () => x;", 'code.import', 'by an inner name'],
  ["export { readFile } from 'node:fs/promises'; export default () => 1;", 'code.import', 'by handing it on'],
  ["export default () => import('zod');", 'code.dynamic', 'while it runs'],
  ['export default (input) => import(input.name);', 'code.dynamic', 'by a computed name'],
  ["export default () => require('node:fs');", 'code.dynamic', 'by require'],
];

test.each(REFUSED)('SUP-05 SBX-10 %s is refused: code cannot import what is %#', async (source, code) => {
  const { program, problems } = await inspect(`// first line\n${source}`, 'js');
  expect(program).toBeNull();
  expect(problems).toMatchObject([{ code, at: { line: 2 } }]);
  if (code === 'code.import') expect(problems[0]?.fix).toMatch(/zod 4\.6\.7/);
});

test('SEC-12 what code and libraries keep in the global object lies in this run alone', async () => {
  const { script } = await programOf(
    "import { z } from 'zod'; export default (input) => { const n = (globalThis.kept ?? 0) + 1; globalThis.kept = n; return [n, typeof globalThis.Array, z.number().parse(1)]; }",
    'js',
  );
  const text = `[(${script}).default(), (${script}).default(), typeof kept]`;
  const realm = createContext({}, { codeGeneration: { strings: false, wasm: false } });
  expect(JSON.parse(JSON.stringify(runInContext(text, realm)))).toEqual([
    [1, 'function', 1],
    [1, 'function', 1],
    'undefined',
  ]);
});

test('SUP-05 an administrator names what may be imported, down to nothing', async () => {
  const source = "import { z } from 'zod'; export default () => z.string().parse('a')";
  const few = openCompiler({ allow: ['date-fns'] });
  const none = openCompiler({ allow: [] });
  try {
    expect((await few.inspect(source, 'js')).problems).toMatchObject([
      { code: 'code.import', fix: 'It may import: date-fns 4.4.0.' },
    ]);
    expect((await none.inspect(source, 'js')).problems).toMatchObject([{ fix: 'It may import: nothing.' }]);
    expect((await none.inspect('export default () => 1', 'js')).problems).toEqual([]);
  } finally {
    await few.close();
    await none.close();
  }
});

test('a mistake is told at the line and column of the text, in characters', async () => {
  const of = async (source: string) => (await inspect(source)).problems;
  expect(await of("export default () => {\n  const 名前 = 'é'; let x = ;\n}")).toMatchObject([
    { code: 'code.syntax', at: { line: 2, column: 27 }, fix: expect.any(String) },
  ]);
  expect(await of('const x = await 1;\nexport default () => x')).toMatchObject([
    { code: 'code.syntax', at: { line: 1 }, fix: 'Await inside the default function.' },
  ]);
  expect(await of('export const x: number = 1')).toMatchObject([{ code: 'code.shape' }]);
  expect(await of('interface I { a: number }\n\nexport default (i: I, can: any) =>\n  can.steps[i.a]')).toMatchObject([
    { code: 'code.steps', at: { line: 4, column: 3 } },
  ]);
  const told = await compiler.compile('let x = ;', 'ts', 'sum');
  expect(told).toMatchObject({ ok: false, problem: { at: { step: 'sum', field: 'with.source', line: 1, column: 9 } } });
});

test('the steps that TypeScript names come with their places', async () => {
  const source =
    'type Can = { steps: { greet: string } };\nexport default (i: unknown, can: Can): string =>\n  can.steps.greet';
  expect((await programOf(source)).steps).toEqual([{ id: 'greet', at: { line: 3, column: 13 } }]);
});

test('what is thrown at run time is placed in the text of its author', async () => {
  const source = `import { z } from 'zod';
type Input = { readonly a: unknown };

const inner = (input: Input): number => {
  if (input.a === null) throw new Error('no a');
  return z.number().parse(input.a);
};
export default (input: Input) => inner(input);`;
  const { script, map } = await programOf(source);
  const thrown = (a: unknown): { line: number; column: number }[] => {
    const main = runInNewContext(script, {}, { filename: 'sum' }) as { default: (input: unknown) => unknown };
    try {
      main.default({ a });
    } catch (error) {
      const stack = (error as Error).stack ?? '';
      return [...stack.matchAll(/sum:(\d+):(\d+)/g)].map((m) => ({ line: Number(m[1]), column: Number(m[2]) }));
    }
    return [];
  };
  const told = problem('code.thrown', 'The code threw an error');
  expect(mapProblem(map, thrown(null), told).at).toEqual({ field: 'with.source', line: 5, column: 31 });
  // Thrown inside a library: the uppermost place that is the author's.
  expect(mapProblem(map, thrown('x'), told).at).toMatchObject({ line: 6 });
  expect(map?.length).toBeLessThan(2_000);
  expect(map).not.toContain('node_modules');
});

test('the same source is compiled once, and its hash covers the language', async () => {
  const source = 'export default (input) => input';
  const [a, b] = await Promise.all([inspect(source), inspect(source)]);
  expect(a.program).toBe(b.program);
  expect((await inspect(source)).program).toBe(a.program);
  expect(a.program?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect((await inspect(source, 'js')).program?.hash).not.toBe(a.program?.hash);
  expect((await inspect(`${source} `)).program?.hash).not.toBe(a.program?.hash);
});

test('DOS-06 hostile code ends in a Problem, and the next one compiles', async () => {
  const hasty = openCompiler({ bundler: openBundler({ longest: 1_500 }) });
  try {
    expect((await hasty.inspect('x'.repeat(200_000), 'ts')).problems).toMatchObject([{ code: 'code.too_large' }]);
    const deep = `export default ${'['.repeat(60_000)}${']'.repeat(60_000)}`;
    expect((await hasty.inspect(deep, 'ts')).problems).toMatchObject([{ code: 'code.syntax' }]);
    // esbuild tries each of these arrows in two ways, each in two ways …
    const slow = await hasty.inspect(`export default ${'a=>'.repeat(20_000)}1`, 'ts');
    expect(slow.problems).toMatchObject([{ code: 'code.too_slow' }]);
    expect((await hasty.inspect('export default (a: number) => a', 'ts')).problems).toEqual([]);
  } finally {
    await hasty.close();
  }
});

test('SUP-05 SBX-08 the compiler is locked: it reads packages and nothing beside them, whatever a package says', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-packages-'));
  const own = join(dir, 'node_modules');
  const put = (name: string, text: string): void => {
    mkdirSync(join(own, name), { recursive: true });
    writeFileSync(join(own, name, 'index.js'), text);
  };
  writeFileSync(join(dir, 'outside.js'), "export const canary = 'HG-CANARY';");
  put('tame', "export const canary = 'in the package';");
  put('greedy', "export * from '../../outside.js';");
  const bundler = openBundler({ packages: [...packageFolders(), own] });
  const built = async (name: string): Promise<string> => {
    const source = `import { canary } from '${name}'; export default () => canary;`;
    return JSON.stringify(await bundler.run({ source, language: 'js', libraries: [name] }));
  };
  try {
    expect(await built('tame')).toContain('in the package');
    const refused = await built('greedy');
    expect(refused).not.toContain('HG-CANARY');
    expect(refused).toContain('outside.js');
  } finally {
    await bundler.close();
    rmSync(dir, { recursive: true, force: true });
  }
});

test('an idle compiler lets its process go, and a closed one starts none', async () => {
  const bundler = openBundler({ idle: 50 });
  const job = { source: 'export default 1', language: 'js', libraries: [] } as const;
  expect(await bundler.run(job)).toMatchObject({ faults: [] });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await bundler.run(job)).toMatchObject({ faults: [] });
  await bundler.close();
  expect(await bundler.run(job)).toBe('slow');
});

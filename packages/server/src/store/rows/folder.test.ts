import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { WorkspaceStore } from '../ports.ts';
import { DATABASE } from '../schema/migrate.ts';
import { kitIn, NOW } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

let made = 0;
const put = async (space: WorkspaceStore, path: string): Promise<string> => {
  const sink = space.files.sink();
  await sink.add(new TextEncoder().encode(path));
  made += 1;
  const file = await space.files.put({
    id: `file_${made}`,
    ...{ project: 'default', path, type: 'text/plain', content: await sink.end(), by: 'user_ada', at: NOW },
  });
  if (typeof file === 'string') throw new Error(file);
  return file.id;
};

const names = async (space: WorkspaceStore, folder: string, limit = 100): Promise<string[]> => {
  const seen: string[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await space.files.folder({
      project: 'default',
      folder,
      limit,
      ...(after === undefined ? {} : { after }),
    });
    seen.push(...page.map((one) => ('file' in one ? one.file.path : one.folder)));
    if (page.length < limit) return seen;
    after = seen.at(-1);
  }
};

test('FO1 a folder tells each folder in it once and its own files, whatever lies deeper', async () => {
  const space = (await kit.store()).in('default');
  for (const path of ['a.txt', 'in/1.csv', 'in/2.csv', 'in/deep/3.csv', 'in.txt', 'in-b/4.csv', 'z/5.csv', 'Ω/6.csv'])
    await put(space, path);
  expect(await names(space, '')).toEqual(['a.txt', 'in-b/', 'in.txt', 'in/', 'z/', 'Ω/']);
  expect(await names(space, 'in')).toEqual(['in/1.csv', 'in/2.csv', 'in/deep/']);
  expect(await names(space, 'in/deep')).toEqual(['in/deep/3.csv']);
  expect(await names(space, 'i')).toEqual([]);
});

test('the pages of a folder hold all of it, once each, however they are cut', async () => {
  const space = (await kit.store()).in('default');
  const paths = new Set<string>();
  const name = fc.constantFrom('a', 'b', 'b!', 'b0', 'c');
  for (const parts of fc.sample(fc.array(name, { minLength: 1, maxLength: 3 }), { numRuns: 40, seed: 5 })) {
    const path = parts.join('/');
    // No file has the name of a folder, and no folder that of a file.
    if ([...paths].some((one) => one === path || one.startsWith(`${path}/`) || path.startsWith(`${one}/`))) continue;
    paths.add(path);
    await put(space, path);
  }
  for (const folder of ['', 'a', 'b', 'b!', 'c'])
    for (const limit of [1, 2, 3, 100]) {
      const begin = folder === '' ? '' : `${folder}/`;
      const inner = [...paths].filter((path) => path.startsWith(begin)).map((path) => path.slice(begin.length));
      const own = new Set(
        inner.map((path) => begin + (path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : path)),
      );
      expect((await names(space, folder, limit)).toSorted()).toEqual([...own].toSorted());
    }
});

test('files are found by what their paths hold, and no sign of that is a pattern', async () => {
  const space = (await kit.store()).in('default');
  for (const path of ['in/March 100%.csv', 'in/march_2.csv', 'out/x.csv']) await put(space, path);
  const found = async (text: string): Promise<string[]> =>
    (await space.files.list({ project: 'default', text, limit: 9 })).map(({ path }) => path);
  expect(await found('MARCH')).toEqual(['in/March 100%.csv', 'in/march_2.csv']);
  expect(await found('0%')).toEqual(['in/March 100%.csv']);
  expect(await found('h_')).toEqual(['in/march_2.csv']);
  expect(await found("' or 1=1 --")).toEqual([]);
});

test('a name of the last character there is hides nothing, and is found itself', async () => {
  const space = (await kit.store()).in('default');
  const all = ['f/a', 'f/\u{10ffff}x', 'f/\u{10ffff}\u{10ffff}y/z', 'f0', 'g', '\u{10ffff}'];
  for (const path of all) await put(space, path);
  for (const limit of [1, 2, 100]) {
    expect(await names(space, '', limit)).toEqual(['f/', 'f0', 'g', '\u{10ffff}']);
    expect(await names(space, 'f', limit)).toEqual(['f/a', 'f/\u{10ffff}x', 'f/\u{10ffff}\u{10ffff}y/']);
  }
  const list = async (prefix: string): Promise<string[]> =>
    (await space.files.list({ project: 'default', prefix, limit: 9 })).map(({ path }) => path);
  expect((await list('f/')).toSorted()).toEqual(all.slice(0, 3).toSorted());
  expect(await list('\u{10ffff}')).toEqual(['\u{10ffff}']);
  expect(await list('f/\u{10ffff}\u{10ffff}')).toEqual(['f/\u{10ffff}\u{10ffff}y/z']);
});

const SPELLINGS = [
  'a',
  'B',
  'b',
  '\u00c9',
  '\u00e9',
  'E\u0301',
  '%',
  '_',
  '\\',
  '/',
  'k',
  'K',
  '\u017f',
  '\u{1f600}',
] as const;

test('FO2 a search that goes over many long paths lets everything else have its turn, and finds what a plain look does', async () => {
  const dir = kit.dir();
  const space = (await kit.store({ dir })).in('default');
  await put(space, 'first');
  const database = new DatabaseSync(join(dir, DATABASE), { timeout: 5_000 });
  const rows = 20_000;
  database.exec(`
    with recursive n (i) as (select 1 union all select i + 1 from n where i < ${rows})
    insert into file select 'file_n' || i, workspace, project, printf('%06d/', i) || '${'a'.repeat(488)}' || (i % 10), blob, hash,
      size, type, plain, version, by, created, updated from file, n`);
  database.close();
  let turns = 0;
  let over = false;
  const turn = (): void => {
    turns += 1;
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  const found = async (text: string, after?: string): Promise<string[]> =>
    (await space.files.list({ project: 'default', text, limit: 3, ...(after === undefined ? {} : { after }) })).map(
      ({ path }) => path.slice(0, 6),
    );
  expect(await found('aaaab')).toEqual([]);
  over = true;
  expect(turns).toBeGreaterThanOrEqual(30);
  expect(await found('AA9')).toEqual(['000009', '000019', '000029']);
  expect(await found('AA9', '019990')).toEqual(['019999']);
  expect(await found('999/A')).toEqual(['000999', '001999', '002999']);
});

test('FO2 what is found is what holds the text, the case of a to z aside', async () => {
  const space = (await kit.store()).in('default');
  const random = fc.array(fc.constantFrom(...SPELLINGS), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const paths = [...new Set(fc.sample(random, { numRuns: 60, seed: 7 }).map((path) => path.normalize('NFC')))];
  for (const path of paths) await put(space, path);
  const plain = (text: string): string => text.replaceAll(/[A-Z]/g, (one) => one.toLowerCase());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...SPELLINGS), { minLength: 1, maxLength: 2 }), async (parts) => {
      const text = parts.join('');
      const rows = await space.files.list({ project: 'default', text, limit: 100 });
      const all = paths.filter((path) => plain(path).includes(plain(text.normalize('NFC'))));
      expect(rows.map(({ path }) => path).toSorted()).toEqual(all.toSorted());
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('a file is moved with its content, and not onto another one', async () => {
  const space = (await kit.store()).in('default');
  const [one, two] = [await put(space, 'a'), await put(space, 'b')];
  const move = (id: string, path: string) =>
    space.files.move({ project: 'default', id, path, by: 'user_bo', at: NOW + 1 });
  expect(await move(one, 'b')).toBe('taken');
  expect(await move(one, 'c/a')).toMatchObject({ id: one, path: 'c/a', version: 2, by: 'user_bo', updated: NOW + 1 });
  expect(await space.files.at('default', 'a')).toBeNull();
  expect(await move(two, 'b')).toMatchObject({ version: 1 });
  expect(await move('file_none', 'd')).toBeNull();
});

import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { WorkspaceStore } from '../ports.ts';
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

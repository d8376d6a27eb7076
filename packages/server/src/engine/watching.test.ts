import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground;
let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-watched-'));
  g = await openGround(undefined, undefined, undefined, undefined, undefined, undefined, {
    folders: [{ name: 'scans', workspace: 'default', path: dir, writable: false }],
  });
});
afterEach(async () => {
  await g.close();
  rmSync(dir, { recursive: true, force: true });
});

const put = (name: string, content = name): void => writeFileSync(join(dir, name), content);

const flow = (more: Record<string, unknown> = {}, doc: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Watch',
  triggers: [
    { id: 'look', kind: 'file.watch@1', with: { folder: 'disk/scans/', every: '2s', settled: '0s', ...more } },
  ],
  steps: [{ id: 'keep', kind: 'set@1', with: { value: '{{ input.event + " " + input.path }}' } }],
  output: '{{ steps.keep }}',
  ...doc,
});

const READ = [{ step: 'look', power: 'file: read disk/scans/' }];

const until = async (true_: () => Promise<boolean> | boolean): Promise<void> => {
  const end = Date.now() + 20_000;
  while (!(await true_())) {
    if (Date.now() > end) throw new Error('it never was');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** What every run came to, in the order of their beginning; those under way are waited for. */
const told = async (of: Ground = g): Promise<unknown[]> => {
  const { rows } = await of.store.in('default').runs.list({ limit: 200 });
  return Promise.all(
    rows.toReversed().map(async ({ id }) => {
      await until(async () => ((await of.engine.view('default', id))?.ended ?? null) !== null);
      return (await of.engine.view('default', id))?.output;
    }),
  );
};

/** The trigger has looked, well, so many times since it is asked. */
const looked = async (id: string, of: Ground = g): Promise<void> => {
  const last = (await of.engine.triggers('default', id))[0]?.well ?? null;
  await until(async () => {
    of.clock.shift(2_500);
    return ((await of.engine.triggers('default', id))[0]?.well ?? last) !== last;
  });
};

test('each file that comes starts a run of its own, with what there is to know of it; what was there before starts none', async () => {
  put('before.pdf');
  const id = await g.publish(flow({}, { output: '{{ input }}' }), { grants: READ });
  await looked(id);
  mkdirSync(join(dir, 'in'));
  put('in/one.pdf', 'eleven char');
  await until(async () => (await told()).length === 1);
  const { mtimeMs } = statSync(join(dir, 'in/one.pdf'));
  expect(await told()).toEqual([
    {
      event: 'created',
      path: 'disk/scans/in/one.pdf',
      name: 'one.pdf',
      size: 11,
      updated: new Date(mtimeMs).toISOString(),
    },
  ]);
  await looked(id);
  await looked(id);
  expect(await told()).toHaveLength(1);
}, 60_000);

test('what changes and what goes starts a run where that is asked for, and a renamed file is one that went and one that came', async () => {
  put('a');
  const id = await g.publish(flow({ events: ['created', 'changed', 'deleted'] }), { grants: READ });
  await looked(id);
  put('a', 'another text');
  await until(async () => (await told()).length === 1);
  renameSync(join(dir, 'a'), join(dir, 'b'));
  await until(async () => {
    g.clock.shift(1_000);
    return (await told()).length === 3;
  });
  expect((await told()).toSorted()).toEqual(['changed disk/scans/a', 'created disk/scans/b', 'deleted disk/scans/a']);
  // The same name, size and time once more: it is a file that came.
  rmSync(join(dir, 'b'));
  await until(async () => {
    g.clock.shift(1_000);
    return (await told()).length === 4;
  });
  put('b', 'another text');
  await until(async () => {
    g.clock.shift(1_000);
    return (await told()).length === 5;
  });
  expect((await told()).slice(3)).toEqual(['deleted disk/scans/b', 'created disk/scans/b']);
}, 60_000);

test('FW3 a file that is still growing starts nothing until it stood still as long as the settings say', async () => {
  const id = await g.publish(flow({ settled: '10s' }), { grants: READ });
  await looked(id);
  for (let i = 1; i <= 4; i += 1) {
    put('big', 'x'.repeat(i));
    utimesSync(join(dir, 'big'), i, i);
    await looked(id);
  }
  expect(await told()).toEqual([]);
  await until(async () => {
    g.clock.shift(2_500);
    return (await told()).length === 1;
  });
  expect(await told()).toEqual(['created disk/scans/big']);
}, 60_000);

test('only files that match, by their path below the folder; links, hidden names and folders are none', async () => {
  const id = await g.publish(flow({ match: ['*.csv', 'deep/**/*.pdf'] }), { grants: READ });
  await looked(id);
  mkdirSync(join(dir, 'deep/er'), { recursive: true });
  put('yes.csv');
  put('no.txt');
  put('deep/no.csv');
  put('deep/er/yes.pdf');
  put('.hidden.csv');
  mkdirSync(join(dir, 'folder.csv'));
  symlinkSync('/etc/hostname', join(dir, 'link.csv'));
  await until(async () => {
    g.clock.shift(1_000);
    return (await told()).length >= 2;
  });
  await looked(id);
  expect((await told()).toSorted()).toEqual(['created disk/scans/deep/er/yes.pdf', 'created disk/scans/yes.csv']);
}, 60_000);

test('FW1 what it remembers survives the end of the process: what came meanwhile starts its run, and nothing starts twice', async () => {
  put('old');
  const id = await g.publish(flow({ events: ['created', 'deleted'] }), { grants: READ });
  await looked(id);
  put('one');
  await until(async () => (await told()).length === 1);
  // As it is when the process ends.
  put('two');
  rmSync(join(dir, 'old'));
  g = await g.reopen();
  const again = g;
  await until(async () => (await told(again)).length >= 3);
  await looked(id, again);
  expect((await told(again)).toSorted()).toEqual([
    'created disk/scans/one',
    'created disk/scans/two',
    'deleted disk/scans/old',
  ]);
}, 60_000);

test('from all: what is there when it begins starts its run, once', async () => {
  put('a');
  put('b');
  const id = await g.publish(flow({ from: 'all' }), { grants: READ });
  await until(async () => (await told()).length === 2);
  await looked(id);
  expect((await told()).toSorted()).toEqual(['created disk/scans/a', 'created disk/scans/b']);
}, 60_000);

test('FS-01 nothing is looked at that was not lent to the trigger, and each decision is on record', async () => {
  put('a');
  const id = await g.publish(flow({ from: 'all' }), { grants: [{ step: 'look', power: 'file: read disk/other/' }] });
  await until(async () => ((await g.engine.triggers('default', id))[0]?.failing ?? null) !== null);
  expect((await g.engine.triggers('default', id))[0]).toMatchObject({
    trigger: 'look',
    well: null,
    failing: { problem: { code: 'grant.missing' } },
  });
  const { rows } = await g.store.in('default').audit.list({ limit: 20 });
  expect(
    rows.filter((row) => row.actor === 'trigger:look').map((row) => [row.action, row.object, row.decision]),
  ).toEqual([['power.file', 'file: read disk/scans/', 'deny']]);
  expect(await told()).toEqual([]);
}, 60_000);

test('a folder that is not there for a while tells of no file that went, is told of once, and goes on', async () => {
  put('a');
  const id = await g.publish(flow({ events: ['created', 'deleted'] }), { grants: READ });
  const alert = await g.publish({
    headgate: 1,
    name: 'Told',
    triggers: [{ id: 'told', kind: 'alert@1', with: { on: ['trigger.failing'] } }],
    steps: [{ id: 'keep', kind: 'set@1', with: { value: '{{ input.event + " " + input.problem.code }}' } }],
    output: '{{ steps.keep }}',
  });
  await looked(id);
  renameSync(dir, `${dir}-away`);
  await until(async () => {
    g.clock.shift(61_000);
    return ((await g.engine.triggers('default', id))[0]?.failing?.times ?? 0) >= 5;
  });
  await until(async () => (await told()).length === 1);
  renameSync(`${dir}-away`, dir);
  put('b');
  await until(async () => {
    g.clock.shift(10_000);
    return (await told()).length === 2;
  });
  expect(await told()).toEqual(['trigger.failing watch.missing', 'created disk/scans/b']);
  expect((await g.engine.triggers('default', id))[0]?.failing).toBe(null);
  expect((await g.store.in('default').runs.list({ flow: alert, limit: 10 })).rows).toHaveLength(1);
}, 60_000);

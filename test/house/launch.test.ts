/**
 * The launcher on a small checkout of its own: real sources, real compiler, real processes. Only the fetching of
 * packages is left out, since tests use no network.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Tree, skeleton } from '../boundaries/tree.ts';

const MAIN = 'packages/server/src/main';
const CLI = `
import { extra } from './extra.ts';
const [verb] = process.argv.slice(2);
process.on('SIGTERM', () => process.exit(7));
console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2), extra }));
if (verb === 'wait') setInterval(() => {}, 1000);
else process.exitCode = Number(verb ?? 0);
`;

/** A web app of one line, built as the real one is. */
const WEB = {
  'packages/web/vite.config.ts': `export default {
  root: new URL('src/app', import.meta.url).pathname,
  build: {
    outDir: new URL('dist/app', import.meta.url).pathname,
    manifest: 'manifest.json',
    rolldownOptions: { input: new URL('src/app/main.tsx', import.meta.url).pathname },
  },
};`,
  'packages/web/src/app/main.tsx': "document.title = 'x';",
};

let tree: Tree;
beforeEach(() => {
  tree = skeleton({ [`${MAIN}/cli.ts`]: CLI, [`${MAIN}/extra.ts`]: 'export const extra = 1;\n', ...WEB });
});
afterEach(() => tree.remove());

const launch = (...args: string[]) => {
  const done = spawnSync(process.execPath, ['bin/launch.mjs', ...args], { cwd: tree.root, encoding: 'utf8' });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

const lives = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('the first start builds and says so, the next has nothing to do and says nothing', () => {
  const first = launch('3', '--port', '8080');
  expect(first.err).toMatch(/headgate: building: done in [\d.]+ s/);
  expect(JSON.parse(first.out)).toMatchObject({ args: ['3', '--port', '8080'], extra: 1 });
  expect(first.code).toBe(3);
  const second = launch('0');
  expect(second).toMatchObject({ code: 0, err: '' });
});

test('a changed source is built again, and what a deleted source left behind is removed', () => {
  launch();
  writeFileSync(join(tree.root, MAIN, 'extra.ts'), 'export const extra = 22;\n');
  writeFileSync(join(tree.root, MAIN, 'gone.ts'), 'export const gone = 1;\n');
  expect(JSON.parse(launch().out)).toMatchObject({ extra: 22 });
  const left = join(tree.root, 'packages/server/dist/main/gone.js');
  expect(existsSync(left)).toBe(true);
  rmSync(join(tree.root, MAIN, 'gone.ts'));
  launch();
  expect(existsSync(left)).toBe(false);
});

test('sources that do not compile stop the start with the place and the next step, and starting again after the mend works', () => {
  writeFileSync(join(tree.root, MAIN, 'extra.ts'), 'export const extra = ;\n');
  const broken = launch();
  expect(broken.code).toBe(1);
  expect(broken.out).toBe('');
  expect(broken.err).toContain('extra.ts(1,22)');
  expect(broken.err).toContain('headgate: the sources do not compile\nheadgate: next: ');
  writeFileSync(join(tree.root, MAIN, 'extra.ts'), 'export const extra = 1;\n');
  expect(launch().code).toBe(0);
});

test('two starts at once build once, and both run', async () => {
  const starts = ['4', '5'].map(
    (code) =>
      new Promise<{ code: number | null; err: string }>((resolve) => {
        const child = spawn(process.execPath, ['bin/launch.mjs', code], { cwd: tree.root });
        let err = '';
        child.stderr.on('data', (chunk) => (err += String(chunk)));
        child.on('close', (status) => resolve({ code: status, err }));
      }),
  );
  const ends = await Promise.all(starts);
  expect(ends.map((end) => end.code)).toEqual([4, 5]);
  expect(ends.filter((end) => end.err.includes('building: done')).length).toBe(1);
});

test('SIGTERM to the launcher reaches the server, and its exit code comes back', async () => {
  launch();
  const child = spawn(process.execPath, ['bin/launch.mjs', 'wait'], { cwd: tree.root });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 7, signal: null });
});

test('npm start ends its server when npm is told to end, or is killed', async () => {
  launch();
  const cli = `process.on('SIGTERM', () => process.exit(7)); console.log(process.pid); setInterval(() => {}, 1000);\n`;
  writeFileSync(join(tree.root, MAIN, 'cli.ts'), cli);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const shell = spawn('sh', ['-c', `"${process.execPath}" bin/start.mjs; exit $?`], { cwd: tree.root });
    const pid = Number(await new Promise((resolve) => shell.stdout.once('data', resolve)));
    expect(lives(pid)).toBe(true);
    shell.kill(signal);
    await expect.poll(() => lives(pid), { timeout: 5000 }).toBe(false);
  }
});

test('./headgate works from any folder and through a link', () => {
  launch();
  const link = join(tree.root, 'linked');
  spawnSync('ln', ['-s', join(tree.root, 'headgate'), link]);
  const done = spawnSync(link, ['6'], { cwd: '/', encoding: 'utf8' });
  expect(done.status).toBe(6);
});

test('./headgate without any Node says what to install', () => {
  const done = spawnSync('/bin/sh', [join(tree.root, 'headgate')], { encoding: 'utf8', env: { PATH: '/nowhere' } });
  expect(done.status).toBe(127);
  expect(done.stderr).toContain('headgate: next: install Node.js');
});

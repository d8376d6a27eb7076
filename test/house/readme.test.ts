/**
 * The README is followed to the letter: its commands are taken from it and run by a shell, in a folder of their own
 * that links to the checkout and is the home of all defaults, against a server that the launcher starts.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../boundaries/tree.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = [...README.matchAll(/^```\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

let folder: string;
let port: number;
let server: ChildProcess;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-readme-'));
  for (const name of ['headgate', 'examples']) symlinkSync(join(ROOT, name), join(folder, name));
  port = await freePort();
  env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
  };
  server = spawn(process.execPath, [join(ROOT, 'bin', 'start.mjs'), '--port', String(port)], { env });
  await new Promise<void>((resolve, reject) => {
    let told = '';
    server.stderr?.on('data', (chunk) => {
      told += String(chunk);
      if (told.includes('is ready')) resolve();
    });
    server.on('close', (code) => reject(new Error(`the server ended with ${code}: ${told}`)));
  });
}, 120_000);

afterAll(async () => {
  const ended = new Promise((resolve) => server.on('close', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

const follow = (script: string) => {
  const done = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: folder, env, encoding: 'utf8' });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

test('the first commands it shows are npm start and npm test, and nothing else', () => {
  expect(blocks[0]).toBe('npm start\nnpm test\n');
});

test('its first flow answers by name', () => {
  const { code, out, err } = follow(blocks[1] ?? '');
  expect(err).toBe('');
  expect(JSON.parse(out)).toEqual({ text: 'Hello Ada' });
  expect(code).toBe(0);
});

test('its way from a key to a run by API ends in the same answer', () => {
  const made = follow(blocks[2] ?? '');
  expect(made).toMatchObject({ code: 0 });
  const script = (blocks[3] ?? '').replace('localhost:7860', `localhost:${port}`);
  const { code, out, err } = follow(script);
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out).toContain('/api/v1/webhook/');
  expect(out).toContain('"state":"done","output":{"text":"Hello Ada"}');
});

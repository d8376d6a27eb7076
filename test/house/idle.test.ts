/** What a server holds while nobody asks it anything: each package is memory that every idle server pays for. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { ENTRY, startProcess } from '../fixtures/process.ts';

/** Writes down every module that the main thread loads, before it is run. */
const watching = (list: string): string => `
  import { appendFileSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread && process.argv.includes('start'))
    registerHooks({ load: (url, context, next) => (appendFileSync(${JSON.stringify(list)}, url + '\\n'), next(url, context)) });
`;

/** With these it does what it does from its first moment: read flows and settings, ask its database, answer. */
const NEEDED =
  '@fastify/proxy-addr @jridgewell/trace-mapping @noble/hashes acorn commander croner fastify ipaddr.js kysely luxon pino re2js zod';

/** And these are theirs. Of fast-json-stringify two small files, not what compiles schemas. */
const THEIRS =
  '@fastify/error @fastify/forwarded @jridgewell/resolve-uri @jridgewell/sourcemap-codec @pinojs/redact abstract-logging ' +
  'atomic-sleep avvio fast-decode-uri-component fast-deep-equal fast-json-stringify fast-querystring fastq find-my-way ' +
  'on-exit-leak-free pino-std-serializers process-warning quick-format-unescaped ret reusify rfdc safe-regex2 ' +
  'safe-stable-stringify secure-json-parse semver sonic-boom thread-stream toad-cache';

const known = `${NEEDED} ${THEIRS}`.split(' ');

/** Every module that a server loads until it has nothing to do. */
const loaded = async (entry: string): Promise<readonly string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-idle-'));
  const list = join(folder, 'modules');
  const preload = join(folder, 'watch.mjs');
  writeFileSync(list, '');
  writeFileSync(preload, watching(list));
  const server = await startProcess({ entry, env: { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` } });
  try {
    await expect.poll(async () => (await server.call('GET', '/health/ready')).status, { timeout: 30_000 }).toBe(200);
    return readFileSync(list, 'utf8').split('\n');
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
};

const packagesOf = (modules: readonly string[]): ReadonlySet<string> =>
  new Set(modules.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []));

test('an idle server holds the packages it needs, and none of those that only some requests ask for', async () => {
  // As tsc wrote it: in the packed server a package that went in is not seen.
  const packages = packagesOf(await loaded(ENTRY.replace('/dist/app/', '/dist/')));
  expect([...packages].filter((name) => !known.includes(name))).toEqual([]);
  // The test sees what is loaded: nothing here is listed for nothing.
  expect(known.filter((name) => !packages.has(name))).toEqual([]);
});

test('the packed server reads few files, and none of ours from outside them', async () => {
  const modules = await loaded(ENTRY);
  expect([...packagesOf(modules)].filter((name) => !known.includes(name))).toEqual([]);
  const ours = modules.filter((url) => /\/packages\/[a-z]+\/dist\//.test(url));
  expect(ours.filter((url) => !url.includes('/packages/server/dist/app/'))).toEqual([]);
  expect(ours.length).toBeGreaterThan(10);
  expect(ours.length).toBeLessThan(250);
});

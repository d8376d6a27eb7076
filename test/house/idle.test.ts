/** What a server holds while nobody asks it anything: each package is memory that every idle server pays for. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { startProcess } from '../fixtures/process.ts';

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

test('an idle server holds the packages it needs, and none of those that only some requests ask for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-idle-'));
  const list = join(folder, 'modules');
  const preload = join(folder, 'watch.mjs');
  writeFileSync(list, '');
  writeFileSync(preload, watching(list));
  const server = await startProcess({ env: { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` } });
  try {
    await expect.poll(async () => (await server.call('GET', '/health/ready')).status, { timeout: 30_000 }).toBe(200);
    const modules = readFileSync(list, 'utf8').split('\n');
    const packages = new Set(modules.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []));
    const known = `${NEEDED} ${THEIRS}`.split(' ');
    expect([...packages].filter((name) => !known.includes(name))).toEqual([]);
    // The test sees what is loaded: nothing here is listed for nothing.
    expect(known.filter((name) => !packages.has(name))).toEqual([]);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

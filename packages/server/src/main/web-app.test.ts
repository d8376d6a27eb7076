import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { webApp } from './web-app.ts';

const dir = mkdtempSync(join(tmpdir(), 'headgate-web-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a file of a build is served by its name; one that a later build took away is not there, like one that never was', async () => {
  mkdirSync(join(dir, 'assets'));
  writeFileSync(
    join(dir, 'manifest.json'),
    JSON.stringify({ 'main.tsx': { isEntry: true, file: 'assets/main-1.js' } }),
  );
  writeFileSync(join(dir, 'assets', 'main-1.js'), 'one');
  const app = webApp(pathToFileURL(`${dir}/`));
  expect(app?.script).toBe('/assets/main-1.js');
  expect((await app?.file('main-1.js'))?.text).toBe('one');
  rmSync(join(dir, 'assets', 'main-1.js'));
  expect(await app?.file('main-1.js')).toBeNull();
  expect(await app?.file('main-0.js')).toBeNull();
});

test('what was not built is no web app', () => {
  expect(webApp(pathToFileURL(`${dir}/nowhere/`))).toBeNull();
});

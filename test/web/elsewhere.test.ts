/**
 * The web app on a page that no engine served: a plain server of files at another origin, an engine that names this origin,
 * an engine token and no cookie. Everything the app does goes through its one transport, so the same app drives both.
 */

import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from '@headgate/web';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webApp } from '../../packages/server/src/main/web-app.ts';
import { ROOT } from '../boundaries/tree.ts';
import { openSite, type Site } from './site.ts';

const ASSETS = join(ROOT, 'packages', 'web', 'dist', 'app', 'assets');

let site: Site;
let host: Server;
let home: string;
let page: Page;
const faults: string[] = [];

/** Serves the built files and the page, under a policy as strict as an engine's but for whom it may talk to. */
const serveFiles = (engine: () => string): Promise<Server> => {
  const app = webApp();
  if (app === null) throw new Error('the web app is not built');
  const server = createServer((request, response) => {
    const [, asset] = /^\/assets\/([\w.-]+)$/.exec(request.url ?? '') ?? [];
    if (asset !== undefined) {
      response.setHeader('content-type', asset.endsWith('.css') ? 'text/css' : 'text/javascript');
      response.end(readFileSync(join(ASSETS, asset)));
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'nonce-elsewhere'; img-src 'self' data:; connect-src ${engine()}; require-trusted-types-for 'script'; trusted-types default`,
    );
    response.end(pages.app({ nonce: 'elsewhere', script: app.script, styles: app.styles, elsewhere: true }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
};

beforeAll(async () => {
  host = await serveFiles(() => site.url());
  const address = host.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  home = `http://localhost:${address.port}`;
  site = await openSite([], { HEADGATE_WEB_ORIGINS: home });
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (line) => void (/Content Security Policy|CORS/.test(line.text()) && faults.push(line.text())));
});
afterAll(async () => {
  await site.close();
  await new Promise((done) => host.close(done));
});

const GREET = {
  headgate: 1,
  name: 'Greet',
  steps: [{ id: 'hello', kind: 'set@1', with: { value: { text: 'Hello' } } }],
  output: '{{ steps.hello }}',
};

test('a page of another origin opens, edits, saves and runs a flow with an engine token and no cookie', async () => {
  const flow = await site.flow(GREET);
  const made = await site.ask('POST', '/api/v1/tokens', {
    name: 'page',
    permissions: ['flow.read', 'flow.write', 'run', 'run.read', 'run.cancel'],
  });
  expect(made.status, made.text).toBe(201);
  await page.goto(`${home}/flows/${flow}?view=outline`);
  await page.getByLabel('Address of the engine').fill(site.url());
  await page.getByLabel('Engine token').fill(String(Reflect.get(Object(made.json), 'token')));
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('treeitem', { name: /hello/ }).click();
  await page.keyboard.press('Control+d');
  await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 5000 }).toBe('Saved r2');
  expect(JSON.stringify((await site.ask('GET', `/api/v1/flows/${flow}`)).json)).toContain('"id":"hello_2"');
  await page.getByRole('button', { name: /^Run/ }).first().click();
  await page.getByRole('treeitem', { name: /done.*hello_2|hello_2.*done/ }).waitFor();
  expect(await page.context().cookies()).toEqual([]);
  expect(faults).toEqual([]);
});

test('GUI-08 a token that is wrong is told, and a page whose origin the engine does not name reaches nothing', async () => {
  await page.goto(home);
  await page.getByLabel('Address of the engine').fill(site.url());
  await page.getByLabel('Engine token').fill('eyJhbGciOiJFZERTQSJ9.e30.AA');
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('alert').waitFor();
  const other = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>other'));
  await new Promise<void>((done) => void other.listen(0, '127.0.0.1', done));
  const address = other.address();
  const stranger = await site.browser.newPage();
  await stranger.goto(`http://localhost:${typeof address === 'object' ? address?.port : 0}/`);
  const reached = await stranger.evaluate(async (engine) => {
    const tell = (answer: Response): string => `answered ${answer.status}`;
    const refused = (): string => 'nothing';
    return [
      await fetch(`${engine}/api/v1/steps`, { headers: { authorization: 'Bearer x' } }).then(tell, refused),
      await fetch(`${engine}/health`).then(tell, refused),
    ];
  }, site.url());
  expect(reached).toEqual(['nothing', 'nothing']);
  other.close();
  await stranger.close();
});

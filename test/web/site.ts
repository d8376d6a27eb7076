/**
 * The web app as its users have it: the built server as a child process, and Debian's chromium. Every page of a test is
 * watched: a script error, a refused resource or a breach of the content security policy fails the test that made it.
 */

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Home, keyIn, newHome, type Served } from '../stories/command.ts';
import type { Answer } from '../fixtures/send.ts';

export const EMAIL = 'ada@example.com';
export const PASSWORD = 'granite otter lamp 71';

export type Site = {
  readonly home: Home;
  /** The server that runs now; another one after `restart`. */
  readonly server: () => Served;
  readonly browser: Browser;
  readonly url: () => string;
  /** Asks the API with a key that holds every permission of the workspace. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Makes a flow, and answers its id. */
  readonly flow: (draft: object) => Promise<string>;
  /** A page of a browser of its own, signed in. */
  readonly page: (options?: Parameters<Browser['newContext']>[0]) => Promise<Page>;
  /** Another page of the same browser: a second tab. */
  readonly tab: (page: Page) => Promise<Page>;
  /** Ends the server at once, as a power cut does. */
  readonly kill: () => Promise<void>;
  /** Starts it again, at the same address. */
  readonly restart: () => Promise<void>;
  /** What went wrong in the pages so far, and forgets it. */
  readonly faults: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** What a browser tells of a server that is away: not a fault of the page. */
const AWAY =
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|ABORTED)|Failed to fetch/;

/** `flags`: of the browser, besides its usual ones. */
export const openSite = async (
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Site> => {
  const home = newHome();
  const key = await home.superuser('key.txt', PASSWORD);
  let server = await home.serve(args, { env });
  const { port } = server;
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', ...flags] });
  const faults: string[] = [];
  const url = (): string => `http://localhost:${port}`;

  const watched = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('console', (line) => {
      const text = line.text();
      // A refusal of the API is an answer the page shows; the browser writes it down as an error of its own.
      if (line.type() === 'error' && !AWAY.test(text) && !/the server responded with a status of 4\d\d/.test(text))
        faults.push(`console: ${text}`);
    });
    return page;
  };

  const ask: Site['ask'] = (method, path, body) =>
    server.ask(method, path, { key: keyIn(key), ...(body === undefined ? {} : { body }) });

  return {
    home,
    browser,
    url,
    ask,
    server: () => server,
    flow: async (draft) => {
      const answer = await ask('POST', '/api/v1/flows', { draft });
      expect(answer.status, answer.text).toBe(201);
      return String(Reflect.get(Object(answer.json), 'id'));
    },
    page: async (options) => {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        ...options,
      });
      const page = await watched(context);
      await page.goto(`${url()}/api/v1/auth/login`);
      await page.fill('input[name=email]', EMAIL);
      await page.fill('input[name=password]', PASSWORD);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.waitForURL(/auth\/account|\/flows/);
      return page;
    },
    tab: (page) => watched(page.context()),
    kill: async () => {
      server.signal('SIGKILL');
      await server.ended;
    },
    restart: async () => {
      server = await home.serve(['--port', String(port), ...args], { env });
    },
    faults: () => faults.splice(0),
    close: async () => {
      await browser.close();
      await home.leave();
    },
  };
};

/**
 * The web app in Debian's chromium against the built server: what a person waits for, by the budgets of the interface. The
 * floor is a page of the same server without any script. Headless, so that frames are drawn in software: figures are worse
 * than on a desk.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chainOf, makeHome, type Server, startHeadgate } from '../contenders/headgate.ts';
import { ask } from '../kit/ask.ts';
import { finish } from '../kit/children.ts';
import { median } from '../kit/figures.ts';
import type { Ground } from '../kit/ground.ts';
import { table, type Verdict } from '../kit/table.ts';
import type { Found } from './part.ts';
import { serveLarge, values } from './values.ts';

const EMAIL = 'bench@example.com';
const PASSWORD = 'granite otter lamp 71';

const signedIn = async (browser: Browser, origin: string): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${origin}/api/v1/auth/login`);
  await page.fill('input[name=email]', EMAIL);
  await page.fill('input[name=password]', PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/auth\/account|\/flows/);
  return page;
};

/** Milliseconds from the start of the navigation until something is there and painted. */
const opens = async (page: Page, url: string, selector: string): Promise<number> => {
  await page.goto(url, { waitUntil: 'commit' });
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          if (document.querySelector(wanted) === null) requestAnimationFrame(look);
          else requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0));
        };
        look();
      }),
    selector,
  );
};

/** Milliseconds between keys: as a key that is held down repeats, which is faster than anybody types. */
const REPEAT = 33;

/** Milliseconds from each key to the paint after it. */
const keys = async (page: Page, key: string, count: number): Promise<readonly number[]> => {
  await page.evaluate(() => {
    const times: number[] = [];
    Reflect.set(globalThis, 'times', times);
    document.addEventListener(
      'keydown',
      () => {
        const began = performance.now();
        requestAnimationFrame(() => setTimeout(() => times.push(performance.now() - began), 0));
      },
      true,
    );
  });
  for (let i = 0; i < count; i += 1) {
    await page.keyboard.press(key);
    await page.waitForTimeout(REPEAT);
  }
  await page.waitForFunction((least) => (Reflect.get(globalThis, 'times') as number[]).length >= least, count);
  return page.evaluate(() => Reflect.get(globalThis, 'times') as number[]);
};

/** Milliseconds from a key, or from a click on what a selector finds, until something is there and painted. */
const appears = (page: Page, act: string, selector: string): Promise<number> =>
  page.evaluate(
    ({ act, selector }) =>
      new Promise<number>((resolve) => {
        const began = performance.now();
        if (act === 'Enter')
          document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: act, bubbles: true }));
        else document.querySelector<HTMLElement>(act)?.click();
        const look = (): void => {
          if (document.querySelector(selector) === null) requestAnimationFrame(look);
          else requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began), 0));
        };
        look();
      }),
    { act, selector },
  );

/** Frames a second while `act` goes on. */
const frames = async (page: Page, act: () => Promise<void>): Promise<number> => {
  await page.evaluate(() => {
    const seen = { count: 0, began: performance.now(), on: true };
    Reflect.set(globalThis, 'seen', seen);
    const look = (): void => {
      seen.count += 1;
      if (seen.on) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await act();
  return page.evaluate(() => {
    const seen = Reflect.get(globalThis, 'seen') as { count: number; began: number; on: boolean };
    seen.on = false;
    return seen.count / ((performance.now() - seen.began) / 1000);
  });
};

const RUNS = 50_000;
const LANES = 32;

/** A history: runs of one flow, each to its end, begun by its webhook: what a key may ask in a second is too little for them. */
const fill = async (server: Server): Promise<void> => {
  const { url } = await server.publish(chainOf('history', 1));
  const lane = async (from: number): Promise<void> => {
    for (let n = from; n < RUNS; n += LANES) {
      const answer = await ask('POST', url, { n });
      if (answer.status !== 200) throw new Error(`run ${n} of the history answered ${answer.status} ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, from) => lane(from)));
};

const percentile = (values: readonly number[], at: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))] ?? 0;

export const web = async (ground: Ground): Promise<Found> => {
  const home = await makeHome(ground, 'web');
  const file = join(home.dir, 'password.txt');
  writeFileSync(file, PASSWORD);
  const cli = join(ground.root, 'packages', 'server', 'dist', 'app', 'main', 'cli.js');
  await finish(process.execPath, [cli, 'superuser', '--email', EMAIL, '--password-file', file], {
    cwd: home.dir,
    env: { ...home.env, HEADGATE_ENABLE_SUPERUSER_CLI: 'true' },
    limit: 30_000,
  });
  const peer = await serveLarge();
  const env = { ...home.env, HEADGATE_EGRESS_ALLOW: '127.0.0.1' };
  const server = await startHeadgate(ground, { ...home, env });
  const origin = server.origin.replace('127.0.0.1', 'localhost');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await signedIn(browser, origin);
    const idOf = async (steps: number): Promise<string> =>
      (await server.ask<{ id: string }>('POST', '/api/v1/flows', { draft: chainOf(`of ${steps}`, steps) })).id;
    const [small, middling, large] = [await idOf(200), await idOf(300), await idOf(500)];
    const big = await values(server, peer.url);
    const bare: number[] = [];
    const opened: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      bare.push(await opens(page, `${origin}/api/v1/auth/account`, 'main'));
      opened.push(await opens(page, `${origin}/flows/${small}?view=canvas`, '.react-flow__node'));
    }
    const opened300 = await opens(page, `${origin}/flows/${middling}?view=canvas`, '.react-flow__node');
    await fill(server);
    const history = await opens(page, `${origin}/runs`, '[role=row] a');
    const filtered = await opens(page, `${origin}/runs?state=done`, '[role=row] a');
    const middle = { x: 640, y: 450 };
    const pan = async (): Promise<void> => {
      await page.mouse.move(middle.x, middle.y);
      for (let i = 0; i < 60; i += 1) await page.mouse.wheel(i % 2 === 0 ? 40 : -30, 8);
    };
    const zoom = async (): Promise<void> => {
      await page.keyboard.down('Control');
      for (let i = 0; i < 60; i += 1) await page.mouse.wheel(0, i % 20 < 10 ? -60 : 60);
      await page.keyboard.up('Control');
    };
    const moved200 = await frames(page, pan);
    await opens(page, `${origin}/flows/${large}?view=canvas`, '.react-flow__node');
    const moved500 = await frames(page, async () => {
      await pan();
      await zoom();
    });
    await opens(page, `${origin}/flows/${small}?view=outline`, '[role=treeitem]');
    await page.getByRole('treeitem').first().click();
    const walked = await keys(page, 'ArrowDown', 40);
    await page.keyboard.press('Enter');
    await page.locator('aside textarea').first().click();
    const typed = await keys(page, '7', 40);
    await opens(page, `${origin}/flows/${small}?view=canvas`, '.react-flow__node');
    await page.locator('.react-flow__node').first().click();
    const moved = await keys(page, 'ArrowRight', 40);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const palette: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      palette.push(
        await page.evaluate(
          () =>
            new Promise<number>((resolve) => {
              const began = performance.now();
              document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }));
              const look = (): void => {
                if (document.querySelector('[role=dialog] input') === null) requestAnimationFrame(look);
                else setTimeout(() => resolve(performance.now() - began), 0);
              };
              look();
            }),
        ),
      );
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    await opens(page, `${origin}/flows/${big.flow}?view=outline&run=${big.run}`, '[role=treeitem]');
    const opening: number[] = [];
    const shown: number[] = [];
    for (const step of ['list', 'text', 'deep', 'list', 'text', 'deep', 'list']) {
      await page
        .getByRole('treeitem', { name: new RegExp(`^${step}`) })
        .first()
        .click({ timeout: 8_000 });
      opening.push(await appears(page, 'Enter', 'aside [role=tab]'));
      shown.push(await appears(page, 'aside [role=tab][id$=output]', 'aside [role=tabpanel] :is([role=treeitem], td)'));
      await page.keyboard.press('Escape');
      await page.locator('aside').waitFor({ state: 'hidden' });
    }
    const manifest = readFileSync(join(ground.root, 'packages', 'web', 'dist', 'app', 'manifest.json'), 'utf8');
    const row = (what: string, ms: number): readonly string[] => [
      what,
      `${ms.toFixed(0)} ms`,
      `${(ms / median(bare)).toFixed(1)} x`,
    ];
    const verdict = (what: string, value: number, unit: string, most: number): Verdict => ({
      what,
      figure: `${value.toFixed(0)} ${unit}`,
      target: `< ${most} ${unit}`,
      reached: value < most,
    });
    return {
      text: table(
        ['', 'median', 'to a page without script'],
        [
          row('a page without script', median(bare)),
          row('a flow of 200 steps on the canvas', median(opened)),
          row('a flow of 300 steps on the canvas', opened300),
          row(`the list of ${RUNS} runs`, history),
          row(`the list of ${RUNS} runs, by state`, filtered),
          row('a key in the outline of 200 steps, to the paint', median(walked)),
          row('a key on their canvas', median(moved)),
          row('a key in a field of one of them', median(typed)),
          row('the palette', median(palette)),
          row('the panel of a step with 10 MB, the first time', opening[0] ?? 0),
          row('the panel of a step with 10 MB', median(opening)),
          row('its output, the first time', shown[0] ?? 0),
          row('its output, to the first page', median(shown)),
          ...big.times.flatMap(({ what, first, next }) => [
            row(`${what}: its first page`, first),
            row(`${what}: the next page`, next),
          ]),
          [`frames a second, panning 200 steps`, moved200.toFixed(0), ''],
          [`frames a second, panning and zooming 500 steps`, moved500.toFixed(0), ''],
          ['files of the app', String(manifest.match(/"file"/g)?.length ?? 0), ''],
        ],
      ),
      verdicts: [
        verdict('a flow of 200 steps opens', median(opened), 'ms', 1000),
        verdict('a flow of 300 steps opens', opened300, 'ms', 1000),
        verdict(`the list of ${RUNS} runs opens`, Math.max(history, filtered), 'ms', 1000),
        verdict('a key to its paint, 95 of 100', percentile([...walked, ...moved, ...typed], 0.95), 'ms', 50),
        verdict('the palette opens', median(palette), 'ms', 50),
        verdict('the panel opens over 10 MB', median(opening), 'ms', 100),
        verdict('10 MB in the panel, to the first page', median(shown), 'ms', 100),
        ...big.times.map(({ what, first }) => verdict(`the first page of ${what}`, first, 'ms', 100)),
        {
          what: 'frames a second at 500 steps',
          figure: moved500.toFixed(0),
          target: '>= 55',
          reached: moved500 >= 55,
        },
      ],
    };
  } finally {
    await browser.close();
    await server.stop();
    peer.close();
  }
};

/** A screen that is kept as a picture in docs/screens: what of it is there, and that it looks as it did. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { EXAMPLES } from '../stories/command.ts';
import { violations } from './axe.ts';
import { difference } from './look.ts';

const FOLDER = join(EXAMPLES, '..', 'docs', 'screens');
const TAKE = process.env['HEADGATE_SCREENS'] === 'take';
/** Times and ids move some spots; a changed colour of one button moves more. */
const LITTLE = 0.01;
export const SIZE = { width: 1200, height: 750 };

export type Screen = {
  readonly name: string;
  readonly path: () => string;
  readonly shows: (page: Page) => Promise<unknown>;
  /** Done when all of it is there. */
  readonly then?: (page: Page) => Promise<unknown>;
  /** More than LITTLE, where bars stand as long as the machine took. */
  readonly differs?: number;
};

export const text = (wanted: string) => (page: Page) => page.getByText(wanted).first().waitFor();

/** A busy machine draws late: what is looked at is what is there in the end. Milliseconds. */
const PATIENCE = 25_000;

/** Nothing loads any more, and two looks in a row see the same. */
const settled = async (page: Page): Promise<void> => {
  await expect.poll(() => page.locator('.mantine-Skeleton-root').count(), { timeout: PATIENCE }).toBe(0);
  let before: Buffer = Buffer.alloc(0);
  await expect
    .poll(
      async () => {
        const [was, now] = [before, await page.screenshot()];
        before = now;
        return now.equals(was);
      },
      { timeout: PATIENCE },
    )
    .toBe(true);
};

/** Goes there, answers what axe finds, and compares it with its picture, which it takes first where that was asked for. */
export const expectAsKept = async (
  page: Page,
  blank: Page,
  url: string,
  { name, path, shows, then, differs = LITTLE }: Screen,
  theme: 'light' | 'dark',
): Promise<readonly string[]> => {
  await page.goto(url + path());
  await shows(page);
  await settled(page);
  await then?.(page);
  await settled(page);
  const found = await violations(page);
  const file = join(FOLDER, `${name}-${theme}.png`);
  if (TAKE) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, await page.screenshot());
  }
  expect(existsSync(file), `${file} is missing: npm run screens takes it`).toBe(true);
  // What comes a moment later, such as a mark that was checked, may come.
  await expect
    .poll(async () => difference(blank, await page.screenshot(), readFileSync(file)), {
      message: 'share of the picture that looks different',
      timeout: PATIENCE,
    })
    .toBeLessThan(differs);
  return found;
};

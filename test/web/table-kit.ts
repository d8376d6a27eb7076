/** Tables of a site, by its API, and the grid of a page that shows one. */

import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Site } from './site.ts';

export type TableRow = {
  readonly id: string;
  readonly version: number;
  readonly values: Record<string, unknown>;
};

export const PEOPLE = [
  { name: 'name', type: 'text', required: true },
  { name: 'age', type: 'number' },
  { name: 'kind', type: 'choice', choices: ['new', 'old'] },
  { name: 'pin', type: 'text', sealed: true },
];

export const grid = (page: Page): Locator => page.getByRole('grid');

/** The text of the cell that the grid says is meant. */
export const meant = async (page: Page): Promise<string> => {
  const id = (await grid(page).getAttribute('aria-activedescendant')) ?? '';
  return (await page.locator(`[id="${id}"]`).textContent()) ?? '';
};

export const tablesIn = (site: () => Site) => {
  const rowsOf = async (table: string, body: object = {}): Promise<TableRow[]> =>
    ((await site().ask('POST', `/api/v1/tables/${table}/find`, body)).json as { rows: TableRow[] }).rows;
  return {
    rowsOf,
    values: async (table: string): Promise<unknown[]> => (await rowsOf(table)).map((row) => row.values),
    made: async (name: string, columns: readonly object[] = PEOPLE): Promise<string> => {
      const answer = await site().ask('POST', '/api/v1/tables', { name, columns });
      expect(answer.status, answer.text).toBe(201);
      return String(Reflect.get(Object(answer.json), 'id'));
    },
    add: async (table: string, rows: readonly object[]): Promise<void> => {
      const answer = await site().ask('POST', `/api/v1/tables/${table}/rows`, { rows });
      expect(answer.status, answer.text).toBe(200);
    },
    open: async (path: string): Promise<Page> => {
      const page = await site().page();
      page.setDefaultTimeout(15_000);
      await page.goto(`${site().url()}${path}`);
      return page;
    },
  };
};

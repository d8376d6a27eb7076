import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PERMISSIONS } from '../access/permission.ts';
import { TABLE } from '../access/table.ts';
import { permissionsPage } from './permissions-page.ts';
import { type Contract, permissionOf } from './route.ts';
import { ROUTES } from './routes.ts';

const contracts = Object.values<Contract>(ROUTES);

test('TB1 every permission has one row of its own', () => {
  expect(Object.keys(TABLE)).toEqual([...PERMISSIONS]);
  const deeds = Object.values(TABLE).map(({ object, verb }) => `${object} ${verb}`);
  expect(new Set(deeds).size).toBe(deeds.length);
});

test('every permission that a route needs has a row, and every row is needed by a route or held beside one', () => {
  const needed = contracts.flatMap((contract) => permissionOf(contract.needs) ?? []);
  expect(needed.filter((permission) => !Object.hasOwn(TABLE, permission))).toEqual([]);
  expect(new Set(needed).size).toBeGreaterThan(12);
});

test('docs/permissions.md is what the table and the contracts say', async () => {
  await expect(permissionsPage(ROUTES)).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../../docs/permissions.md'),
  );
});

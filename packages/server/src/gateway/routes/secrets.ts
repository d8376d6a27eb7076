/** Secrets go in and never come out: the store seals, and this room has nothing that opens. */

import { ROUTES } from '@headgate/core/api';
import { PROJECT } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing } from '../outcome.ts';

export const secretRoutes = ({ gate }: Lodge): readonly Route[] => [
  implement(ROUTES.putSecret, async ({ who, body }) => {
    const put = await gate.store.in(who.workspace).secrets.put({
      project: PROJECT,
      name: body.name,
      origins: body.origins ?? [],
      value: body.value,
      owner: who.id,
      at: gate.clock(),
    });
    return put === null ? MISSING : give(200, { id: put.id, name: body.name, version: put.version });
  }),

  implement(ROUTES.listSecrets, async ({ who }) => {
    const rows = await gate.store.in(who.workspace).secrets.list(PROJECT);
    const secrets = rows.map(({ id, name, origins, version, created, updated }) => ({
      id,
      name,
      origins,
      version,
      created: new Date(created).toISOString(),
      updated: new Date(updated).toISOString(),
    }));
    return give(200, { secrets });
  }),

  implement(ROUTES.deleteSecret, async ({ who, params }) =>
    (await gate.store.in(who.workspace).secrets.remove(PROJECT, params.name)) ? nothing() : MISSING,
  ),
];

/** API keys. The key itself leaves once, in the answer that made it, and is kept nowhere. */

import { ROUTES } from '@headgate/core/api';
import type { Principal } from '@headgate/core';
import type { KeyRow } from '../../store/ports.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { iso } from '../times.ts';

const shown = (row: KeyRow) => ({
  id: row.id,
  name: row.name,
  permissions: row.permissions,
  projects: row.projects,
  flows: row.flows,
  expires: iso(row.expires),
  revoked: iso(row.revoked),
  created: new Date(row.created).toISOString(),
  used: iso(row.used),
});

/** Permissions a key would give that its maker does not hold. */
const beyond = (who: Principal, wanted: readonly string[]): readonly string[] => {
  const held: readonly string[] = who.permissions;
  return wanted.filter((permission) => !held.includes(permission));
};

export const keyRoutes = ({ gate }: Lodge): readonly Route[] => [
  implement(ROUTES.createKey, async ({ who, body }) => {
    const more = beyond(who, body.permissions);
    if (more.length > 0)
      return refuse(
        'key.beyond',
        `The key that makes this one does not hold ${more.join(', ')}`,
        'Leave these out, or use a key that holds them.',
      );
    const plain = gate.vault.newKey();
    const row: KeyRow = {
      id: gate.newId('key_'),
      workspace: who.workspace,
      name: body.name,
      hash: gate.vault.hashKey(plain),
      permissions: [...new Set(body.permissions)],
      projects: body.projects ?? null,
      flows: body.flows ?? null,
      expires: body.expires === undefined || body.expires === null ? null : Date.parse(body.expires),
      revoked: null,
      created: gate.clock(),
      used: null,
    };
    await gate.store.in(who.workspace).keys.create(row);
    return { ...give(201, { ...shown(row), key: plain }), fresh: plain };
  }),

  implement(ROUTES.listKeys, async ({ who }) =>
    give(200, { keys: (await gate.store.in(who.workspace).keys.list()).map(shown) }),
  ),

  implement(ROUTES.revokeKey, async ({ who, params }) =>
    (await gate.store.in(who.workspace).keys.revoke(params.id, gate.clock())) ? nothing() : MISSING,
  ),
];

/**
 * The link that makes the first account. There is no default password and no open sign-up: who can read what the server
 * prints at its first start is its administrator.
 *
 * SU1 Once anybody has an account, or a superuser's key, there is no link; each start takes back the ones before.
 */

import type { Store } from '../store/ports.ts';

const HOUR = 3_600_000;
const WORKSPACE = 'default';

/** A fresh link, or null when somebody is there already. */
export const setUpLink = async (store: Store, publicUrl: string): Promise<string | null> => {
  const { accounts } = store;
  if (await accounts.any()) return null;
  const now = Date.now();
  const keys = await store.in(WORKSPACE).keys.list();
  const superuser = keys.some(
    (key) =>
      key.permissions.includes('instance.manage') &&
      key.revoked === null &&
      (key.expires === null || key.expires > now),
  );
  await accounts.links.removeAll('setup');
  if (superuser) return null;
  const { token } = await accounts.links.make({ kind: 'setup', by: 'server', at: now, life: HOUR });
  return `${publicUrl}/api/v1/auth/setup/${token}`;
};

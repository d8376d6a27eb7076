/**
 * API keys. The key itself leaves once, in the answer that made it, and is kept nowhere.
 *
 * KE1 Whoever gets a secret of a key, by making or by rotating it, gets no more than he has: no permission, no later end, and
 *     no way around what limits him (tokens/bounded.ts).
 * KE3 A key holds what who made it holds, now (directory.ts). Whoever rotates one of the workspace that lost something by that
 *     takes it over, with a new secret alone: the old one may be with who was made less.
 * KE4 A key sees and ends, of its account's other keys, those that hold nothing but what it holds itself: its loss is not the
 *     loss of all (row AZ-08). The person, signed in, sees and ends each.
 * KE2 What concerns the instance is an account's: a key that belongs to none holds nothing of it, and outlives nobody.
 */

import { beyond, type Budget, INSTANCE_PERMISSIONS, type Permission, type Principal } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { KeyRow } from '../../store/ports.ts';
import type { Gate } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { cancelOrphans } from '../orphans.ts';
import { give, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { isNarrowed } from '../places.ts';
import { iso } from '../times.ts';
import { boundedBy } from '../tokens/bounded.ts';

const DAY = 86_400_000;
const NO_LIMITS = { rate: null, burst: null, parallel: null };

const shown = (row: KeyRow, now: number, held: readonly Permission[]) => ({
  id: row.id,
  name: row.name,
  user: row.user ?? null,
  by: row.by ?? null,
  lost: row.permissions.filter((one) => !held.includes(one)),
  permissions: row.permissions,
  projects: row.projects,
  flows: row.flows,
  limits: row.limits ?? NO_LIMITS,
  budget: row.budget ?? {},
  secrets: [
    { created: new Date(row.rotated ?? row.created).toISOString(), until: null },
    ...(row.old === undefined || row.old.until <= now
      ? []
      : [{ created: new Date(row.old.created).toISOString(), until: iso(row.old.until) }]),
  ],
  expires: iso(row.expires),
  revoked: iso(row.revoked),
  created: new Date(row.created).toISOString(),
  used: iso(row.used),
});

type Wish = {
  readonly name: string;
  readonly permissions: KeyRow['permissions'];
  readonly projects?: readonly string[] | null | undefined;
  readonly flows?: readonly string[] | null | undefined;
  readonly expires?: string | null | undefined;
  readonly limits?:
    | {
        readonly rate?: number | null | undefined;
        readonly burst?: number | null | undefined;
        readonly parallel?: number | null | undefined;
      }
    | undefined;
  readonly budget?: Budget | undefined;
};

const tooMuch = (who: Principal, row: Pick<KeyRow, 'permissions' | 'projects' | 'flows'>): Refused | null => {
  const more = beyond(who, row);
  if (more.length === 0) return null;
  return refuse(
    'key.beyond',
    `Who asks for this key does not hold ${more.join(', ')}`,
    'Leave these out, or ask with a key that holds them.',
  );
};

/** Is this key of the account within what the caller is held to? A key that is held to nothing sees all of them. */
const isSeen = (who: Principal, row: KeyRow): boolean =>
  who.id === row.id || !isNarrowed(who) || beyond(who, { ...row, permissions: [] }).length === 0;

/** Why a key that belongs to no account may not have these permissions, or null. */
const ofNobody = (permissions: readonly Permission[]): Refused | null => {
  const instance = permissions.filter((one) => INSTANCE_PERMISSIONS.has(one));
  if (instance.length === 0) return null;
  return refuse(
    'key.beyond',
    `A key of the workspace holds nothing that concerns the instance: ${instance.join(', ')}`,
    'Make it a key of your own account.',
  );
};

const LASTS = 'A key lasts no longer than the key that makes it';

/** When a key ends, by what its maker wished, what the server allows, and when the maker's own key ends; or the refusal. */
const ending = (gate: Gate, now: number, wished: string | null | undefined, maker: number | null): number | Refused => {
  const { keyLife, keyMost } = gate.limit;
  const latest = Math.min(now + keyMost, maker ?? Number.POSITIVE_INFINITY);
  if (wished === undefined) return Math.min(now + keyLife, latest);
  const at = wished === null ? Number.POSITIVE_INFINITY : Date.parse(wished);
  if (at <= now) return refuse('key.expiry', 'The key would be over before it began', 'Name a time to come.');
  if (at <= latest) return at;
  const most = `${Math.floor(keyMost / DAY)} days`;
  return latest === maker
    ? refuse('key.expiry', LASTS, 'Name an earlier time, or none.')
    : refuse('key.expiry', `A key lasts at most ${most} on this server`, `Name a time within ${most}, or none.`);
};

type Making = {
  readonly who: Principal;
  readonly wish: Wish;
  readonly user: string | null;
  readonly plain: string;
  /** When the key of who makes it ends. */
  readonly maker: number | null;
  readonly id: string;
};

const rowOf = (gate: Gate, { who, wish, user, plain, maker, id }: Making): KeyRow | Refused => {
  const scope = {
    permissions: [...new Set(wish.permissions)],
    projects: wish.projects ?? null,
    flows: wish.flows ?? null,
  };
  const refused = tooMuch(who, scope);
  if (refused !== null) return refused;
  const now = gate.clock();
  const expires = ending(gate, now, wish.expires, maker);
  if (typeof expires !== 'number') return expires;
  const { rate = null, burst = null, parallel = null } = wish.limits ?? {};
  return {
    id,
    workspace: who.workspace,
    name: wish.name,
    hash: gate.vault.hashKey(plain),
    ...scope,
    expires,
    revoked: null,
    created: now,
    used: null,
    ...(user === null ? {} : { user }),
    by: who.id,
    ...(wish.budget === undefined ? {} : { budget: wish.budget }),
    ...(rate === null && parallel === null ? {} : { limits: { rate, burst, parallel } }),
  };
};

export const keyRoutes = ({ gate }: Lodge): readonly Route[] => {
  const keysOf = (who: Principal) => gate.store.in(who.workspace).keys;

  /** What a key holds now, anywhere. Of one that was revoked nothing is lost: it is over. */
  const heldBy = async (row: KeyRow): Promise<readonly Permission[]> => {
    if (row.revoked !== null) return row.permissions;
    const who = await gate.store.directory.key(row);
    return who === null ? [] : [...who.permissions, ...[...(who.inProjects?.values() ?? [])].flat()];
  };

  const told = async (rows: readonly KeyRow[]) => {
    const now = gate.clock();
    return Promise.all(rows.map(async (row) => shown(row, now, await heldBy(row))));
  };

  const create = async (who: Principal, wish: Wish, user: string | null, id: string) => {
    const refused = (await boundedBy(gate, who)) ?? (user === null ? ofNobody(wish.permissions) : null);
    if (refused !== null) return refused;
    const plain = gate.vault.newKey();
    const stands = who.kind === 'key' ? await gate.store.directory.named(who.workspace, who.id) : null;
    const row = rowOf(gate, { who, wish, user, plain, maker: stands?.expires ?? null, id });
    if ('refused' in row) return row;
    await keysOf(who).create(row);
    return { ...give(201, { ...shown(row, row.created, row.permissions), key: plain }), fresh: plain };
  };

  /** Why a key may not have the secret of another one, or null: it would do more than it may, or longer. */
  const beyondKey = async (who: Principal, row: KeyRow): Promise<Refused | null> => {
    if (who.id === row.id) return null;
    if (row.user === undefined) {
      const refused = ofNobody(row.permissions);
      if (refused !== null) return refused;
    }
    if (who.kind !== 'key') return null;
    const refused = await boundedBy(gate, who);
    if (refused !== null) return refused;
    const until = (await keysOf(who).get(who.id))?.expires ?? null;
    if (until === null || (row.expires !== null && row.expires <= until)) return null;
    return refuse('key.expiry', LASTS, 'Rotate it signed in, or with a key that lasts as long.');
  };

  /**
   * Whoever gets the new secret can do what the key can: so he must hold all of it himself, and a person's key is that
   * person's to rotate.
   */
  const rotate = async (who: Principal, row: KeyRow, seconds = DAY / 1000) => {
    const now = gate.clock();
    if (row.revoked !== null || (row.expires !== null && row.expires <= now)) return refuse('key.over');
    const refused = tooMuch(who, row) ?? (await beyondKey(who, row));
    if (refused !== null) return refused;
    const plain = gate.vault.newKey();
    const held = await heldBy(row);
    const whole = row.permissions.every((one) => held.includes(one));
    const to = { hash: gate.vault.hashKey(plain), at: now };
    const done = await keysOf(who).rotate(
      row.id,
      whole ? { ...to, until: now + seconds * 1000 } : { ...to, until: now, by: who.id },
    );
    const after = done ? await keysOf(who).get(row.id) : null;
    if (after === null) return refuse('key.over');
    return { ...give(200, { ...shown(after, now, await heldBy(after)), key: plain }), fresh: plain };
  };

  /** A key of the principal's own account; of no other, and never one of the workspace. */
  const own = async (who: Principal, id: string): Promise<KeyRow | null> => {
    const row = who.user === undefined ? null : await keysOf(who).get(id);
    return row !== null && row.user === who.user && isSeen(who, row) ? row : null;
  };

  const revoke = async (who: Principal, id: string) => {
    if (!(await keysOf(who).revoke(id, gate.clock()))) return MISSING;
    await cancelOrphans(gate, who.workspace, who);
    return nothing();
  };

  return [
    implement(ROUTES.createKey, ({ who, body, made }) => create(who, body, null, made)),

    implement(ROUTES.listKeys, async ({ who }) => give(200, { keys: await told(await keysOf(who).list()) })),

    implement(ROUTES.rotateKey, async ({ who, params, body }) => {
      const row = await keysOf(who).get(params.id);
      if (row === null) return MISSING;
      const user = row.user ?? null;
      if (user !== null && user !== who.user)
        return refuse('key.beyond', 'The key is a person’s, who alone may rotate it', 'Revoke it, if it must go.');
      return rotate(who, row, body.overlap);
    }),

    implement(ROUTES.revokeKey, ({ who, params }) => revoke(who, params.id)),

    implement(ROUTES.createOwnKey, ({ who, body, made }) =>
      who.user === undefined ? refuse('key.unowned') : create(who, body, who.user, made),
    ),

    implement(ROUTES.listOwnKeys, async ({ who }) => {
      const rows = who.user === undefined ? [] : await keysOf(who).list();
      return give(200, { keys: await told(rows.filter((row) => row.user === who.user && isSeen(who, row))) });
    }),

    implement(ROUTES.rotateOwnKey, async ({ who, params, body }) => {
      const row = await own(who, params.id);
      return row === null ? MISSING : rotate(who, row, body.overlap);
    }),

    implement(ROUTES.revokeOwnKey, async ({ who, params }) => {
      const row = await own(who, params.id);
      if (row === null) return MISSING;
      const itself = who.kind === 'user' || who.id === row.id;
      return (itself ? null : tooMuch(who, row)) ?? revoke(who, row.id);
    }),
  ];
};

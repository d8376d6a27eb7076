/**
 * Values by key of one workspace. A number lies open, so that a count goes up within one statement's lock; whatever else is
 * kept is sealed.
 *
 * OV1 What has expired is not there: for who asks, and for who writes in its place. It is deleted with a later write.
 */

import type { Selectable } from 'kysely';
import { KEY_LIMITS, problem } from '@headgate/core';
import type { Ground } from '../ground.ts';
import type { KeyPlace, PutValue, ValueRow, ValueStore } from '../own-value.ts';
import type { OwnTables } from '../schema/own-tables.ts';
import { valueName } from '../sealed-names.ts';
import { change, type Change, type OwnGround, refuse } from './own-ground.ts';

/** Expired values that a write takes along. */
const LITTER = 20;
const ROW = 100;

type Kept = Selectable<OwnTables['own_value']>;

const rowOf = (row: Kept): ValueRow => ({
  ...{ key: row.name, num: row.num, version: row.version, expires: row.expires, updated: row.updated },
  sealed: row.box === null ? null : { name: valueName(row.project, row.store, row.name), box: row.box },
});

export const ownValuesOf = (ground: Ground, own: OwnGround, workspace: string): ValueStore => {
  const { db } = ground;
  const at = (from: Pick<Ground, 'db'>['db'] | Change['trx'], { project, store, key }: KeyPlace) =>
    from
      .selectFrom('own_value')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('store', '=', store)
      .where('name', '=', key)
      .executeTakeFirst();

  const isThere = (row: Kept | undefined, now: number): row is Kept =>
    row !== undefined && (row.expires === null || row.expires > now);

  const hasProject = async (trx: Change['trx'], project: string): Promise<boolean> =>
    (await trx
      .selectFrom('project')
      .select('id')
      .where('workspace', '=', workspace)
      .where('id', '=', project)
      .executeTakeFirst()) !== undefined;

  const sweep = async ({ trx, grow }: Change, now: number): Promise<void> => {
    const old = await trx
      .selectFrom('own_value')
      .select(['project', 'store', 'name'])
      .where('workspace', '=', workspace)
      .where('expires', '<=', now)
      .limit(LITTER)
      .execute();
    for (const { project, store, name } of old) await drop({ trx, grow }, { project, store, key: name });
  };

  const drop = async ({ trx, grow }: Change, { project, store, key }: KeyPlace): Promise<boolean> => {
    const gone = await trx
      .deleteFrom('own_value')
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('store', '=', store)
      .where('name', '=', key)
      .returning('bytes')
      .execute();
    for (const { bytes } of gone) grow(-bytes);
    return gone.length > 0;
  };

  /** Puts a value in the place of what was there. */
  const put = async (
    by: Change,
    place: KeyPlace,
    value: unknown,
    { before, expires, now }: { before: Kept | undefined; expires: number | null; now: number },
  ): Promise<PutValue> => {
    if (before === undefined) await judgeRoom(by.trx, place);
    await drop(by, place);
    const { project, store, key } = place;
    const num = typeof value === 'number' ? value : null;
    const box = num === null ? own.seal(workspace, valueName(project, store, key), value) : null;
    const row: Kept = {
      ...{ workspace, project, store, name: key, num, box, expires, updated: now },
      bytes: ROW + Buffer.byteLength(key) + (box?.length ?? 8),
      version: (before?.version ?? 0) + 1,
    };
    await by.trx.insertInto('own_value').values(row).execute();
    by.grow(row.bytes);
    return { key, num, version: row.version, expires, updated: now };
  };

  const judgeRoom = async (trx: Change['trx'], { project, store }: KeyPlace): Promise<void> => {
    const { many } = await trx
      .selectFrom((eb) =>
        eb
          .selectFrom('own_value')
          .select('name')
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('store', '=', store)
          .offset(KEY_LIMITS.keys - 1)
          .limit(1)
          .as('some'),
      )
      .select(({ fn }) => fn.countAll<number>().as('many'))
      .executeTakeFirstOrThrow();
    if (many > 0)
      refuse(
        problem('kv.many', `A key-value store has ${KEY_LIMITS.keys} keys at most`, {
          fix: 'Let values expire (`ttl`), or keep rows in a table.',
        }),
      );
  };

  return {
    get: async (place, now) => {
      const row = await at(db, place);
      return isThere(row, now) ? rowOf(row) : null;
    },
    list: async ({ project, store, prefix = '', after, limit, now }) => {
      let query = db
        .selectFrom('own_value')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('project', '=', project)
        .where('store', '=', store)
        .where((eb) => eb.or([eb('expires', 'is', null), eb('expires', '>', now)]))
        .orderBy('name')
        .limit(limit);
      // Texts are compared by their UTF-8, in which the last character sorts last.
      if (prefix !== '') query = query.where('name', '>=', prefix).where('name', '<', `${prefix}\u{10ffff}`);
      if (after !== undefined) query = query.where('name', '>', after);
      return (await query.execute()).map(rowOf);
    },
    stores: async (project, now) =>
      (
        await db
          .selectFrom('own_value')
          .select('store')
          .distinct()
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where((eb) => eb.or([eb('expires', 'is', null), eb('expires', '>', now)]))
          .orderBy('store')
          .limit(KEY_LIMITS.page)
          .execute()
      ).map(({ store }) => store),
    set: (place, value, { at: now, effect, expires, only }) =>
      change(ground, own, workspace, effect, async (by) => {
        if (!(await hasProject(by.trx, place.project))) return null;
        await sweep(by, now);
        const before = await at(by.trx, place);
        if (only === 'new' && isThere(before, now))
          refuse(problem('kv.taken', 'There is a value under this key already'));
        return put(by, place, value, { before, expires, now });
      }),
    increment: (place, more, { at: now, effect, expires }) =>
      change(ground, own, workspace, effect, async (by) => {
        if (!(await hasProject(by.trx, place.project))) return null;
        await sweep(by, now);
        const before = await at(by.trx, place);
        const there = isThere(before, now);
        if (there && before.num === null) refuse(problem('kv.number', 'What is under this key is no number'));
        const next = (there ? (before.num ?? 0) : 0) + more;
        if (!Number.isFinite(next)) refuse(problem('kv.number', 'The sum is no number any more'));
        return put(by, place, next, { before, expires: there ? before.expires : expires, now });
      }),
    remove: async (place, { effect }) => {
      const done = await change(ground, own, workspace, effect, async (by) => ({ gone: await drop(by, place) }));
      return done?.ok === true && done.value.gone;
    },
  };
};

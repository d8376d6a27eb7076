/** Values by key, for people and programs. What is sealed is opened by the engine; every answer passes the guard. */

import { KEY_LIMITS, MAIN_KEYS, milliseconds, type Principal, type Problem } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { KeyPlace, PutValue, ValueRow } from '../../store/own-value.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { projectOf } from '../places.ts';

const PAGE = 100;

const iso = (time: number): string => new Date(time).toISOString();
const entryOf = ({ key, version, expires, updated }: PutValue) => ({
  ...{ key, version, updated: iso(updated) },
  expires: expires === null ? null : iso(expires),
});

const placeOf = (query: { readonly project?: string; readonly store?: string; readonly name: string }): KeyPlace => ({
  project: projectOf(query),
  store: query.store ?? MAIN_KEYS,
  key: query.name,
});

export const kvRoutes = ({ gate }: Lodge): readonly Route[] => {
  const valuesOf = (who: Principal) => gate.store.in(who.workspace).values;
  const valueOf = (who: Principal, { num, sealed }: ValueRow): unknown =>
    sealed === null ? num : gate.engine.tables.open(who.workspace, [sealed])[0];
  const how = (who: Principal, ttl: string | undefined) => {
    const at = gate.clock();
    const lasts = ttl === undefined ? undefined : milliseconds(ttl);
    return { by: who.user ?? who.id, at, expires: lasts === undefined ? null : at + Math.min(lasts, KEY_LIMITS.ttl) };
  };
  /** Why so many bytes do not fit, or null. */
  const full = (who: Principal, brought: unknown): Problem | null => {
    const room = gate.engine.files.room(who.workspace);
    try {
      return room.more(Buffer.byteLength(JSON.stringify(brought)));
    } finally {
      room.end();
    }
  };

  return [
    implement(ROUTES.listStores, async ({ who, query }) =>
      give(200, { stores: [...(await valuesOf(who).stores(projectOf(query), gate.clock()))] }),
    ),

    implement(ROUTES.listKeyValues, async ({ who, query }) => {
      const { store = MAIN_KEYS, prefix, cursor, limit = PAGE } = query;
      const rows = await valuesOf(who).list({
        ...{ project: projectOf(query), store, now: gate.clock(), limit: limit + 1 },
        ...(prefix === undefined ? {} : { prefix }),
        ...(cursor === undefined ? {} : { after: Buffer.from(cursor, 'base64url').toString('utf8') }),
      });
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return give(200, {
        keys: rows.slice(0, limit).map(entryOf),
        ...(last === undefined ? {} : { next: Buffer.from(last.key).toString('base64url') }),
      });
    }),

    implement(ROUTES.getKeyValue, async ({ who, query }) => {
      const row = await valuesOf(who).get(placeOf(query), gate.clock());
      return row === null ? MISSING : give(200, { ...entryOf(row), value: valueOf(who, row) });
    }),

    implement(ROUTES.setKeyValue, async ({ who, query, body: { value = null, ttl, only } }) => {
      if (JSON.stringify(value).length > KEY_LIMITS.value) return refuse('kv.value');
      const why = full(who, [query.name, value]);
      if (why !== null) return refusal(why);
      const asked = { ...how(who, ttl), ...(only === undefined ? {} : { only }) };
      const done = await valuesOf(who).set(placeOf(query), value, asked);
      if (done === null) return MISSING;
      return done.ok ? give(200, entryOf(done.value)) : refusal(done.problem);
    }),

    implement(ROUTES.incrementKeyValue, async ({ who, query, body: { amount = 1, ttl } }) => {
      const why = full(who, query.name);
      if (why !== null) return refusal(why);
      const done = await valuesOf(who).increment(placeOf(query), amount, how(who, ttl));
      if (done === null) return MISSING;
      return done.ok ? give(200, { ...entryOf(done.value), value: done.value.num ?? 0 }) : refusal(done.problem);
    }),

    implement(ROUTES.deleteKeyValue, async ({ who, query }) =>
      (await valuesOf(who).remove(placeOf(query), { by: who.user ?? who.id, at: gate.clock() })) ? nothing() : MISSING,
    ),
  ];
};

const refusal = (of: Problem): Refused => ({ refused: of });

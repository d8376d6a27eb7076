/**
 * What members of one workspace are told of: each finds what is his own, as far as he may see now what it is about.
 *
 * NO1 A row is found by the account it is for; and then only while he may see its flow, or is asked by its question, or may
 *     see to the connections of its project. The same conditions make the list, the count and the marks.
 */

import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { isNoticeKind, isObject, MAIL_WAYS, type NoticeChoice, type NoticeKind, type NoticeWays } from '@headgate/core';
import { type Ground, fromJson, toJson } from '../ground.ts';
import type { NoticeNamed, NoticeSight, NoticeStore } from '../notice.ts';
import type { Tables } from '../schema/tables.ts';
import { membersNamed, namesOf, namesOne } from './asks.ts';
import { seenFlows } from './seen.ts';

type Names = NonNullable<Awaited<ReturnType<typeof namesOf>>>;
type Of = ExpressionBuilder<Tables, 'notice'>;

/** `unread.at.id` of the last row of a page. */
const CURSOR = /^([01])\.(\d{1,15})\.(n_[0-9a-f]{32})$/;

const among = (eb: Of, column: 'notice.project' | 'notice.flow', of: readonly string[]): Expression<SqlBool> =>
  of.length === 0 ? eb.lit(false) : eb(column, 'in', [...of]);

export const noticesOf = ({ db }: Pick<Ground, 'db'>, workspace: string): NoticeStore => {
  /** May it be shown? */
  const shown = (who: NoticeSight, names: Names) => (eb: Of) => {
    const isAsked = who.asked
      ? eb.exists(
          eb
            .selectFrom('ask')
            .select('ask.id')
            .whereRef('ask.id', '=', 'notice.ask')
            .where('ask.workspace', '=', workspace)
            .where(namesOne(workspace, names)),
        )
      : eb.lit(false);
    const seesFlow = eb.exists(
      eb
        .selectFrom('flow')
        .select('flow.id')
        .whereRef('flow.id', '=', 'notice.flow')
        .where('flow.workspace', '=', workspace)
        .where('flow.deleted', 'is', null)
        .where((of) => seenFlows(of, who.sight)),
    );
    const seesTo = who.secrets === null ? eb.lit(true) : among(eb, 'notice.project', who.secrets);
    return eb.and([
      eb.or([
        eb.and([eb('notice.ask', 'is not', null), isAsked]),
        eb.and([eb('notice.ask', 'is', null), eb('notice.flow', 'is not', null), seesFlow]),
        eb.and([eb('notice.ask', 'is', null), eb('notice.flow', 'is', null), seesTo]),
      ]),
      ...(who.projects === undefined ? [] : [among(eb, 'notice.project', who.projects)]),
      ...(who.flows === undefined ? [] : [among(eb, 'notice.flow', who.flows)]),
    ]);
  };

  /** Null: no member, who is told of nothing. */
  const own = async (who: NoticeSight) => {
    const names = await namesOf(db, workspace, who.user);
    if (names === null) return null;
    return db
      .selectFrom('notice_for')
      .innerJoin('notice', 'notice.id', 'notice_for.notice')
      .where('notice_for.workspace', '=', workspace)
      .where('notice.workspace', '=', workspace)
      .where('notice_for.user', '=', who.user)
      .where('notice_for.app', '=', 1)
      .where((eb) => shown(who, names)(eb as unknown as Of)); // the same tables, and more
  };

  const mark = async (who: NoticeSight, at: number, id?: string): Promise<number> => {
    const query = await own(who);
    if (query === null) return 0;
    const ids = (id === undefined ? query : query.where('notice.id', '=', id)).select('notice.id');
    const done = await db
      .updateTable('notice_for')
      .set((eb) => ({
        read: at,
        // What was read in the app needs no letter.
        mail: eb.case().when('mail', '=', 'due').then('none').else(eb.ref('mail')).end(),
      }))
      .where('workspace', '=', workspace)
      .where('user', '=', who.user)
      .where('read', 'is', null)
      .where('notice', 'in', ids)
      .executeTakeFirst();
    return Number(done.numUpdatedRows);
  };

  return {
    list: async (who, { cursor, limit }) => {
      let query = await own(who);
      const from = cursor === undefined ? null : CURSOR.exec(cursor);
      if (query === null || (cursor !== undefined && from === null)) return { rows: [], next: null };
      if (from !== null) {
        const [, unread, at, id = ''] = from;
        query = query.where((eb) => {
          const later = eb.or([
            eb('notice_for.at', '<', Number(at)),
            eb.and([eb('notice_for.at', '=', Number(at)), eb('notice.id', '<', id)]),
          ]);
          return unread === '1'
            ? eb.or([eb('notice_for.read', 'is not', null), later])
            : eb.and([eb('notice_for.read', 'is not', null), later]);
        });
      }
      const rows = await query
        .leftJoin('flow', (on) =>
          on.onRef('flow.id', '=', 'notice.flow').onRef('flow.workspace', '=', 'notice.workspace'),
        )
        .select(['notice.id', 'notice.kind', 'notice.project', 'notice.flow', 'notice.run', 'notice.ask'])
        .select(['notice.name', 'notice.code', 'notice_for.at', 'notice_for.read', 'notice_for.times'])
        .select('flow.name as flowName')
        .orderBy((eb) => eb('notice_for.read', 'is', null), 'desc')
        .orderBy('notice_for.at', 'desc')
        .orderBy('notice.id', 'desc')
        .limit(limit + 1)
        .execute();
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        // A kind of a later release is one that nobody here can say anything of.
        rows: page.flatMap((row): NoticeNamed[] => (isNoticeKind(row.kind) ? [{ ...row, kind: row.kind }] : [])),
        next: rows.length > limit && last !== undefined ? `${last.read === null ? 1 : 0}.${last.at}.${last.id}` : null,
      };
    },
    unread: async (who) => {
      const query = await own(who);
      if (query === null) return 0;
      const { count } = await query
        .where('notice_for.read', 'is', null)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    read: async (who, id, at) => {
      const query = await own(who);
      const there = await query?.where('notice.id', '=', id).select('notice.id').executeTakeFirst();
      if (there === undefined) return false;
      await mark(who, at, id);
      return true;
    },
    readAll: (who, at) => mark(who, at),
    choice: async (user) => {
      const row = await db
        .selectFrom('notice_choice')
        .select(['zone', 'hour', 'kinds'])
        .where('workspace', '=', workspace)
        .where('user', '=', user)
        .executeTakeFirst();
      return row === undefined ? null : { zone: row.zone, hour: row.hour, kinds: kindsOf(fromJson(row.kinds)) };
    },
    choose: async (user, { zone, hour, kinds }) => {
      const values = { zone, hour, kinds: toJson(kinds) };
      await db
        .insertInto('notice_choice')
        .values({ workspace, user, ...values })
        .onConflict((on) => on.columns(['workspace', 'user']).doUpdateSet(values))
        .execute();
    },
    asked: async (ask) => {
      const who = await db
        .selectFrom('ask_who')
        .innerJoin('ask', 'ask.id', 'ask_who.ask')
        .select(['ask_who.kind', 'ask_who.name'])
        .where('ask_who.workspace', '=', workspace)
        .where('ask.workspace', '=', workspace)
        .where('ask.state', '=', 'open')
        .where('ask.id', '=', ask)
        .execute();
      const out = new Set(who.filter(({ kind }) => kind === 'not').map(({ name }) => name));
      const named = await membersNamed(db, workspace, who);
      return named.map(({ user }) => user).filter((user) => !out.has(user));
    },
  };
};

/** What a choice says of kinds that are known. */
const kindsOf = (kept: unknown): NoticeChoice['kinds'] => {
  const kinds: Partial<Record<NoticeKind, NoticeWays>> = {};
  for (const [kind, ways] of Object.entries(isObject(kept) ? kept : {})) {
    const mail = isObject(ways) ? MAIL_WAYS.find((one) => one === ways['mail']) : undefined;
    if (isNoticeKind(kind) && isObject(ways) && mail !== undefined) kinds[kind] = { app: ways['app'] === true, mail };
  }
  return kinds;
};

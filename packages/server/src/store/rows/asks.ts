/**
 * Questions to people, of one workspace. They are written with the runs that ask them (writer/ask-rows.ts); here they are
 * found by who is asked.
 *
 * QR1 An account finds what names it, its role or a group it is in now, and nothing else; what it answered or handed on is
 *     found among those that are over.
 */

import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Whom } from '@headgate/core';
import type { AskEnd, AskNamed, AskSearch, AskStanding, AskStore } from '../ask.ts';
import type { EngineStore } from '../engine-port.ts';
import type { Ground } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';
import { seenFlows } from './seen.ts';

type Db = Ground['db'];
/** What a question may name an account by. */
type Named = { readonly kind: Whom['kind']; readonly name: string };

/** All that names an account in this workspace now; null: it is no member. */
export const namesOf = async (db: Db, workspace: string, user: string): Promise<Named[] | null> => {
  const member = await db
    .selectFrom('member')
    .leftJoin('user_account', 'user_account.id', 'member.user')
    .select(['member.role', 'user_account.email'])
    .where('member.workspace', '=', workspace)
    .where('member.user', '=', user)
    .executeTakeFirst();
  if (member === undefined) return null;
  const groups = await db
    .selectFrom('group_member')
    .innerJoin('user_group', 'user_group.id', 'group_member.group_id')
    .select(['user_group.id', 'user_group.name'])
    .where('group_member.workspace', '=', workspace)
    .where('group_member.user', '=', user)
    .execute();
  return [
    { kind: 'member', name: user },
    ...(member.email === null ? [] : [{ kind: 'member' as const, name: plain(member.email) }]),
    ...(member.role === null ? [] : [{ kind: 'role' as const, name: member.role }]),
    ...groups.flatMap(({ id, name }) => [id, plain(name)].map((one) => ({ kind: 'group' as const, name: one }))),
  ];
};

const plain = (name: string): string => name.trim().toLowerCase().normalize('NFC');

const row = ({ state, ...rest }: Omit<AskNamed, 'state'> & { readonly state: string }): AskNamed => ({
  ...rest,
  state: state as AskEnd,
});

const ENDS = { open: ['open'], answered: ['answered'], late: ['late', 'gone'] } as const;

const standing =
  (state: AskStanding) =>
  (eb: ExpressionBuilder<Tables, 'ask'>): Expression<SqlBool> =>
    state === 'over' ? eb('ask.state', '!=', 'open') : eb('ask.state', 'in', ENDS[state]);

const COLUMNS = [
  'ask.id',
  'ask.project',
  'ask.flow',
  'ask.run',
  'ask.step',
  'ask.item',
  'ask.title',
  'ask.state',
  'ask.opened',
  'ask.deadline',
  'ask.ended',
] as const;

/** Questions that name one of these. */
export const namesOne =
  (workspace: string, names: readonly Named[]) =>
  (eb: ExpressionBuilder<Tables, 'ask'>): Expression<SqlBool> =>
    eb.exists(
      eb
        .selectFrom('ask_who')
        .select('ask_who.ask')
        .whereRef('ask_who.ask', '=', 'ask.id')
        .where('ask_who.workspace', '=', workspace)
        .where((of) => of.or(names.map(({ kind, name }) => of.and([of('kind', '=', kind), of('name', '=', name)])))),
    );

/** The members whom these mean, with the address of each. */
export const membersNamed = async (
  db: Db,
  workspace: string,
  who: readonly { readonly kind: string; readonly name: string }[],
): Promise<readonly { readonly user: string; readonly email: string }[]> => {
  const of = (kind: Whom['kind']): string[] => who.filter((one) => one.kind === kind).map(({ name }) => name);
  const [members, roles, groups] = [of('member'), of('role'), of('group')];
  if (members.length + roles.length + groups.length === 0) return [];
  const rows = await db
    .selectFrom('member')
    .innerJoin('user_account', 'user_account.id', 'member.user')
    .leftJoin('group_member', (on) =>
      on.onRef('group_member.user', '=', 'member.user').onRef('group_member.workspace', '=', 'member.workspace'),
    )
    .leftJoin('user_group', 'user_group.id', 'group_member.group_id')
    .select(['member.user', 'member.role', 'user_account.email', 'user_group.id as group', 'user_group.name'])
    .where('member.workspace', '=', workspace)
    .execute();
  const asked = rows.filter(
    ({ user, role, email, group, name }) =>
      members.includes(user) ||
      members.includes(plain(email)) ||
      (role !== null && roles.includes(role)) ||
      (group !== null && groups.includes(group)) ||
      (name !== null && groups.includes(plain(name))),
  );
  return [...new Map(asked.map(({ user, email }) => [user, { user, email }])).values()];
};

export const asksOf = ({ db }: Pick<Ground, 'db'>, workspace: string): AskStore => {
  const isNamed = (names: readonly Named[]) => namesOne(workspace, names);
  const isDone =
    (user: string) =>
    (eb: ExpressionBuilder<Tables, 'ask'>): Expression<SqlBool> =>
      eb.exists(
        eb
          .selectFrom('ask_who')
          .select('ask_who.ask')
          .whereRef('ask_who.ask', '=', 'ask.id')
          .where('kind', '=', 'not')
          .where('name', '=', user),
      );

  const within = (names: readonly Named[], { projects, flows }: Pick<AskSearch, 'projects' | 'flows'>) => {
    let query = db.selectFrom('ask').where('ask.workspace', '=', workspace).where(isNamed(names));
    if (projects !== undefined) query = query.where('ask.project', 'in', [...projects]);
    if (flows !== undefined) query = query.where('ask.flow', 'in', [...flows]);
    return query;
  };

  const found = async (search: AskSearch) => {
    const names = await namesOf(db, workspace, search.user);
    if (names === null) return null;
    const query = within(names, search);
    const done = isDone(search.user);
    switch (search.state) {
      case 'open':
        return query.where('ask.state', '=', 'open').where((eb) => eb.not(done(eb)));
      case 'late':
        return query.where(standing('late'));
      default:
        // What one answered, or handed on, is over for oneself.
        return query.where((eb) =>
          eb.or([standing(search.state)(eb), eb.and([eb('ask.state', '=', 'open'), done(eb)])]),
        );
    }
  };

  /** One page of what a query finds, the latest first; null: there is nobody who could find anything. */
  const paged = async (query: Awaited<ReturnType<typeof found>>, after: string | undefined, limit: number) => {
    if (query === null) return { rows: [], next: null };
    const from =
      after === undefined
        ? undefined
        : await db
            .selectFrom('ask')
            .select(['opened', 'id'])
            .where('workspace', '=', workspace)
            .where('id', '=', after)
            .executeTakeFirst();
    if (after !== undefined && from === undefined) return { rows: [], next: null };
    const rows = await (from === undefined
      ? query
      : query.where((eb) =>
          eb.or([
            eb('ask.opened', '<', from.opened),
            eb.and([eb('ask.opened', '=', from.opened), eb('ask.id', '<', from.id)]),
          ]),
        )
    )
      .leftJoin('flow', 'flow.id', 'ask.flow')
      .select([...COLUMNS, 'flow.name as flowName'])
      .orderBy('ask.opened', 'desc')
      .orderBy('ask.id', 'desc')
      .limit(limit + 1)
      .execute();
    const shown = rows.slice(0, limit);
    const last = shown[shown.length - 1];
    return { rows: shown.map(row), next: rows.length > limit && last !== undefined ? last.id : null };
  };

  return {
    list: async ({ after, limit, ...search }) => paged(await found(search), after, limit),
    seen: ({ sight, state, after, limit }) =>
      paged(
        db
          .selectFrom('ask')
          .where('ask.workspace', '=', workspace)
          .where(standing(state))
          .where('ask.flow', 'in', (eb) =>
            eb
              .selectFrom('flow')
              .select('flow.id')
              .where('flow.workspace', '=', workspace)
              .where((of) => seenFlows(of, sight)),
          ),
        after,
        limit,
      ),
    count: async (search) => {
      const query = await found(search);
      if (query === null) return 0;
      const { count } = await query.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
      return Number(count);
    },
    mine: async (search, id) => {
      const names = await namesOf(db, workspace, search.user);
      if (names === null) return null;
      const there = await within(names, search)
        .leftJoin('flow', 'flow.id', 'ask.flow')
        .select([...COLUMNS, 'flow.name as flowName'])
        .where('ask.id', '=', id)
        .executeTakeFirst();
      return there === undefined ? null : row(there);
    },
    addresses: async (who) => [...new Set((await membersNamed(db, workspace, who)).map(({ email }) => email))],
    member: async (name) => {
      const there = await db
        .selectFrom('member')
        .leftJoin('user_account', 'user_account.id', 'member.user')
        .select('member.user')
        .where('member.workspace', '=', workspace)
        .where((eb) => eb.or([eb('member.user', '=', name), eb('user_account.email', '=', plain(name))]))
        .executeTakeFirst();
      return there?.user ?? null;
    },
  };
};

/** Whose a link is, of those that people without an account got. */
export const askLink =
  ({ db }: Pick<Ground, 'db'>): EngineStore['askLink'] =>
  async (hash) => {
    const found = await db
      .selectFrom('ask_link')
      .innerJoin('ask', 'ask.id', 'ask_link.ask')
      .select(['ask.workspace', 'ask.run', 'ask.step', 'ask.item', 'ask_link.person'])
      .where('ask_link.hash', '=', hash)
      .executeTakeFirst();
    return found ?? null;
  };

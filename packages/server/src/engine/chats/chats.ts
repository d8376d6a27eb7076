/**
 * Chats: each message starts a run, whose answer is kept with the session it came in.
 *
 * CH1 A session is the owner's who began it. A name given by another is another session, so names can be short and guessed at:
 *     nothing is found by them but one's own (rows AZ-01, API-05).
 * CH2 A message and the place of its answer are written before its run begins, with the run's number. Whenever the server
 *     dies, the answer is found in the run when the session is read again.
 * CH3 What may come with a message beside its text are fields that the flow declares, and no others (row API-06).
 */

import { randomBytes } from 'node:crypto';
import {
  type AnswerFile,
  bad,
  type ChatAnswerFile,
  type ChatAsk,
  type ChatBy,
  type ChatFile,
  type ChatMessage,
  type ChatPort,
  type ChatSent,
  type ChatSession,
  type ChatTurn,
  good,
  isObject,
  problem,
  type Problem,
  type Result,
  type Room,
} from '@headgate/core';
import type { ChatMessageRow, ChatSessionRow } from '../../store/chat.ts';
import type { Store } from '../../store/ports.ts';
import type { Clock } from '../clock.ts';
import type { Flows } from '../flows.ts';
import type { Followers } from '../follow.ts';
import type { Live } from '../live.ts';
import type { Vault } from '../options.ts';
import { refusedOutward } from '../outward.ts';
import type { Runs } from '../runs.ts';
import { checkInput } from '../starter.ts';
import type { Timers } from '../timers.ts';
import type { Values } from '../values.ts';
import type { Coming } from './came.ts';
import { chatFiles, type Judged } from './files.ts';
import { CHAT, type ChatAt, chatFinder } from './place.ts';
import { memoriesPort } from './memories.ts';
import { readAlong } from './along.ts';
import { chatVisitors } from './visitors.ts';
import { type Came, filesShown, speakersOf, told, usedBy } from './said.ts';

export type ChatDeps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly values: Values;
  readonly followers: Followers;
  readonly coming: Coming;
  /** A MAC over a text, for what goes out with a page and comes back. */
  readonly stamp: Vault['stamp'];
  readonly room: (workspace: string) => Room;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
};

/** An answer that comes later than this is found when it is looked for. */
const AWAITED = 120_000;
const TITLE = 80;
/** Fields of the input that are the chat's own. */
const OWN: ReadonlySet<string> = new Set(['message', 'session', 'files', 'history']);

type Said =
  | { readonly text: string; readonly files?: readonly (ChatFile | AnswerFile)[] }
  | { readonly problem: Problem };

const fileShown = (one: ChatFile | AnswerFile): ChatFile | ChatAnswerFile =>
  'path' in one ? one : { name: one.name, size: one.size, type: one.type };

const iso = (time: number): string => new Date(time).toISOString();
const voteOf = (vote: number): -1 | 0 | 1 => (vote > 0 ? 1 : vote < 0 ? -1 : 0);

const NOBODY: ReadonlySet<string> = new Set();

export const newChats = (d: ChatDeps): ChatPort => {
  const { store, clock, runs } = d;
  const find = chatFinder(d);
  const files = chatFiles(d);
  const visitors = chatVisitors({ store, clock, find, stamp: d.stamp });

  const { coming } = d;
  const { opened } = coming;
  const cameOf = ({ workspace, flow, target }: ChatAt, run: string): Promise<Came | null> =>
    coming.of({ workspace, flow, compiled: target.compiled }, run);
  const cameOfLive = coming.ofLive;
  const placeOf = ({ flow, owner }: ChatAt, name: string) => ({ flow, owner, name });

  /** What was said; an answer that came meanwhile is kept now (CH2). Null: there is none yet. */
  const saidOf = async (at: ChatAt, row: ChatMessageRow): Promise<Said | null> => {
    const { workspace } = at;
    if (row.said !== null) return opened<Said>(workspace, row.said);
    const came = await cameOf(at, row.run);
    if (came !== null) await store.in(workspace).chats.settle(row.id, came);
    return came;
  };

  /** The message as its owner sees it. */
  const shown = async (at: ChatAt, row: ChatMessageRow): Promise<ChatMessage> => {
    const { workspace } = at;
    const said = await saidOf(at, row);
    const words = row.words === null ? null : opened<string>(workspace, row.words);
    const base = { id: row.id, role: row.role, vote: voteOf(row.vote), words, created: iso(row.created), run: row.run };
    if (said === null) return { ...base, text: null, state: 'pending', files: [], problem: null };
    if ('problem' in said) return { ...base, text: null, state: 'failed', files: [], problem: said.problem };
    return { ...base, text: said.text, state: 'done', files: (said.files ?? []).map(fileShown), problem: null };
  };

  const sessionShown = (at: ChatAt, row: ChatSessionRow): ChatSession => ({
    ...{ session: row.name, created: iso(row.created), updated: iso(row.updated) },
    title: opened<string>(at.workspace, row.title),
  });

  const before = async (at: ChatAt, session: ChatSessionRow): Promise<readonly ChatTurn[]> => {
    if (at.history === 0) return [];
    const rows = await store.in(at.workspace).chats.messages(session.id, at.history);
    const since = clock.now() - at.window;
    const turns: ChatTurn[] = [];
    for (const row of rows.filter(({ created }) => created >= since)) {
      const { role, text } = await shown(at, row);
      if (text !== null && text !== '') turns.push({ role, content: text });
    }
    return turns;
  };

  /** CH3: what the run is given, or what does not fit. */
  const inputOf = (
    at: ChatAt,
    own: Readonly<Record<string, unknown>>,
    more: Readonly<Record<string, unknown>>,
  ): Result<unknown> => {
    const declared = at.target.compiled.flow.input;
    const properties = isObject(declared) && isObject(declared['properties']) ? declared['properties'] : {};
    const strange = Object.keys(more).find((name) => OWN.has(name) || !Object.hasOwn(properties, name));
    if (strange !== undefined)
      return bad(
        problem('input.unknown', `The flow declares no input field ${JSON.stringify(strange.slice(0, 60))}`, {
          at: { field: `input.${strange.slice(0, 60)}` },
          fix: 'Leave it out, or declare it in the flow’s `input`.',
        }),
      );
    const closed = isObject(declared) && declared['additionalProperties'] === false;
    const given = closed
      ? Object.fromEntries(Object.entries(own).filter(([name]) => Object.hasOwn(properties, name)))
      : own;
    return checkInput(at.target, { ...more, ...given });
  };

  /** Waits for the answer, at most so long; it is kept as soon as it is durable, whoever still waits. */
  const answered = async (at: ChatAt, live: Live, reply: string | null, wait: number): Promise<Came | null> => {
    const settled = new Promise<Came | null>((resolve) => {
      const settle = (): void => {
        cancel();
        const came = cameOfLive(live);
        const kept = async (): Promise<Came | null> => {
          await d.journal.barrier(live.group);
          if (came !== null && reply !== null) await store.in(at.workspace).chats.settle(reply, came);
          return came;
        };
        kept().then(resolve, (error: unknown) => {
          d.log('error', 'an answer could not be kept', { run: live.id, error: String(error) });
          resolve(null);
        });
      };
      const cancel = d.timers.at(clock.now() + AWAITED, () => {
        live.onAnswer = live.onAnswer.filter((one) => one !== settle);
        runs.parked(live);
        resolve(null);
      });
      if (cameOfLive(live) !== null) settle();
      else live.onAnswer.push(settle);
    });
    if (wait === 0) return null;
    const late = new Promise<null>((resolve) => {
      const cancel = d.timers.at(clock.now() + wait, () => resolve(null));
      void settled.then(cancel);
    });
    return Promise.race([settled, late]);
  };

  const send = async (ask: ChatAsk): Promise<Result<ChatSent>> => {
    const done = await begin(ask);
    return done.ok || ask.principal.kind !== 'visitor' ? done : bad(refusedOutward(done.problem));
  };

  const begin = async (ask: ChatAsk): Promise<Result<ChatSent>> => {
    const found = await find(ask);
    if (!found.ok) return found;
    const at = found.value;
    const { chats } = store.in(at.workspace);
    const sent = await files.given(at, ask.files ?? []);
    if (!sent.ok) return sent;
    const brought: Judged[] = [];
    for (const one of ask.within ?? []) {
      const judged = files.judge(at, one);
      if (!judged.ok) return judged;
      brought.push(judged.value);
    }
    const came = [...sent.value, ...brought.map(({ file }) => file)];
    const now = clock.now();
    const kept = ask.keep !== false;
    const name = ask.session ?? randomBytes(18).toString('base64url');
    const place = placeOf(at, name);
    const earlier = kept ? await chats.session(place, now) : null;
    const history = [...(earlier === null ? [] : await before(at, earlier)), ...(ask.history ?? [])];
    const own = { message: ask.message, session: kept ? name : '', files: came, history };
    const input = inputOf(at, own, ask.input ?? {});
    if (!input.ok) return input;
    const session = kept
      ? await chats.open(place, {
          ...{ id: clock.id('chat_'), at: now, expires: now + at.keep },
          title: ask.message.trim().replaceAll(/\s+/g, ' ').slice(0, TITLE),
        })
      : null;
    if (kept && session === null) return bad(problem('flow.not_found', 'There is no such flow'));
    const run = clock.id('r');
    const ids = { user: clock.id('msg_'), reply: clock.id('msg_') };
    if (session !== null) {
      const said = { text: ask.message, files: came };
      const turn = { run, user: { id: ids.user, said }, reply: { id: ids.reply }, at: now, expires: now + at.keep };
      if (!(await chats.ask(session.id, turn)))
        return bad(problem('chat.full', 'This session holds as many messages as it may', { fix: 'Begin a new one.' }));
    }
    for (const one of brought) {
      const why = await files.keep(at, one);
      if (why === null) continue;
      await chats.unask(run);
      return bad(why);
    }
    const { target, trigger } = at;
    const made = runs.create({
      ...{ id: run, target, input: input.value, depth: 0, idempotencyKey: null },
      trigger: { id: trigger, kind: CHAT, data: { session: kept ? name : null } },
      principal: ask.principal.id,
      priority: target.compiled.flow.settings?.priority ?? 0,
    });
    if ('problem' in made) {
      await chats.unask(run);
      return bad(made.problem);
    }
    made.live.flush(d.journal);
    await d.journal.barrier(made.live.group);
    const got = await answered(at, made.live, session === null ? null : ids.reply, ask.wait);
    const { meter } = made.live;
    const base = { vote: 0 as const, words: null, created: iso(now), run, problem: null };
    const answer = got !== null && 'text' in got ? filesShown(got.files) : [];
    const reply = { ...base, id: ids.reply, role: 'assistant' as const, files: answer };
    const rest =
      got === null
        ? { text: null, state: 'pending' as const }
        : 'problem' in got
          ? { text: null, state: 'failed' as const, problem: got.problem }
          : { text: got.text, state: 'done' as const };
    return good({
      ...{ session: kept ? name : '', run },
      asked: { ...base, id: ids.user, role: 'user', text: ask.message, state: 'done', files: came },
      reply: { ...reply, ...rest },
      use: { read: meter.used.tokens - meter.output, wrote: meter.output },
    });
  };

  /** With the chat, where there is one for this caller. */
  const within = async <T>(by: ChatBy, otherwise: T, act: (at: ChatAt) => Promise<T>): Promise<T> => {
    const found = await find(by);
    return found.ok ? act(found.value) : otherwise;
  };

  const message = (by: ChatBy, id: string): Promise<ChatMessage | null> =>
    within<ChatMessage | null>(by, null, async (at) => {
      const row = await store.in(at.workspace).chats.message(at.flow, at.owner, id, clock.now());
      return row === null ? null : shown(at, row);
    });

  return {
    ...visitors,
    memories: memoriesPort(d),
    look: async (by) => {
      const found = await find(by);
      return found.ok ? good(found.value.look) : found;
    },
    send,
    message,

    follow: async (by, run, after, signal, counted) => {
      const found = await find(by);
      const { workspace } = by.principal;
      const read = (seen: number) => runs.ends.events(workspace, run, seen);
      const speakers = found.ok ? speakersOf(found.value.target.compiled.flow) : NOBODY;
      const kept = (async function* () {
        if (!found.ok) return;
        const { target, flow } = found.value;
        const from = { values: d.values, workspace, flow, compiled: target.compiled };
        let use = NONE;
        for await (const event of d.followers.events(store, workspace, run, after, read, signal)) {
          use = usedBy(event, use);
          const one = told(event, speakers, from, counted === true ? use : undefined);
          if (one === null) continue;
          yield one;
          if (one.type !== 'said') return;
        }
      })();
      return readAlong({ aloud: d.followers.aloud, run, speakers }, kept, after);
    },

    sessionOf: (by, id) =>
      within<string | null>(by, null, async (at) => {
        const row = await store.in(at.workspace).chats.message(at.flow, at.owner, id, clock.now());
        return row?.called ?? null;
      }),

    cancel: async (by, id) => {
      const found = await message(by, id);
      if (found === null || found.role !== 'assistant') return null;
      const live = await runs.hold(by.principal.workspace, found.run);
      if (live === null || live.over || found.state !== 'pending')
        return bad(problem('run.over', 'It is answered already'));
      live.record(clock.now(), 'run.cancel', { by: by.principal.id });
      runs.loop.advance(live);
      live.flush(d.journal);
      await d.journal.barrier(live.group);
      return good((await message(by, id)) ?? found);
    },

    sessions: async (by, limit) => {
      const found = await find(by);
      if (!found.ok) return found;
      const at = found.value;
      const rows = await store.in(at.workspace).chats.sessions(at.flow, at.owner, limit, clock.now());
      return good(rows.map((row) => sessionShown(at, row)));
    },

    messages: (by, session, limit) =>
      within<readonly ChatMessage[] | null>(by, null, async (at) => {
        const { chats } = store.in(at.workspace);
        const row = await chats.session(placeOf(at, session), clock.now());
        if (row === null) return null;
        const all: ChatMessage[] = [];
        for (const one of await chats.messages(row.id, limit)) all.push(await shown(at, one));
        return all;
      }),

    rename: (by, session, title) =>
      within<ChatSession | null>(by, null, async (at) => {
        const row = await store.in(at.workspace).chats.rename(placeOf(at, session), title, clock.now());
        return row === null ? null : sessionShown(at, row);
      }),

    renew: (by, session, name) =>
      within<'done' | 'missing' | 'taken'>(by, 'missing', (at) =>
        store.in(at.workspace).chats.renew(placeOf(at, session), name, clock.now()),
      ),

    remove: (by, session) => within(by, false, (at) => store.in(at.workspace).chats.remove(placeOf(at, session))),

    vote: (by, id, vote, words) =>
      within(by, false, (at) => store.in(at.workspace).chats.vote(at.flow, at.owner, id, vote, words)),

    keep: async (by, file) => {
      const found = await find(by);
      if (!found.ok) return found;
      const judged = files.judge(found.value, file);
      const why = judged.ok ? await files.keep(found.value, judged.value) : judged.problem;
      if (why !== null) return bad(by.principal.kind === 'visitor' ? refusedOutward(why) : why);
      return judged.ok ? good(judged.value.file) : judged;
    },

    file: (by, id, place) =>
      within<Awaited<ReturnType<ChatPort['file']>>>(by, null, async (at) => {
        const { chats, files: kept } = store.in(at.workspace);
        const row = await chats.message(at.flow, at.owner, id, clock.now());
        const said = row === null ? null : await saidOf(at, row);
        const one = said !== null && 'text' in said ? said.files?.[place] : undefined;
        if (row === null || one === undefined || 'path' in one) return null;
        // It lives as long as its run, and is that run's alone to give.
        if (!(await kept.isOf(row.run, one.file))) return null;
        return { file: { name: one.name, size: one.size, type: one.type }, blob: one.file };
      }),
  };
};

const NONE: ChatSent['use'] = { read: 0, wrote: 0 };

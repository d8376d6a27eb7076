/**
 * What agents remember of a conversation. An agent of a chat reads the messages of its chat; any other has sessions of its own,
 * kept where those of chats are.
 *
 * ME1 A session is its caller's: its name counts for the one principal (or visitor of a chat) that started the run, the flow, the
 *     environment and the agent. A name given by another is another session (row LLM-07). Callers that cannot be told apart
 *     (visitors without a chat, people who fill in a form) have none, nor do flows that are called for them.
 * ME2 Nothing names a session by its id: where a turn is kept is worked out from the run anew each time.
 * ME3 What was said in a chat counts as text from outside; so does a turn that was kept when its agent had read such text.
 */

import { createHash, randomBytes } from 'node:crypto';
import {
  type AgentPast,
  type AgentRecalled,
  type AgentRemembers,
  noMemory,
  problem,
  type Problem,
  type StepMemory,
} from '@headgate/core';
import type { ChatMessageRow, ChatPlace, ChatSessionRow } from '../../store/chat.ts';
import type { Store } from '../../store/ports.ts';
import { callersOf } from '../callers.ts';
import type { Coming } from '../chats/came.ts';
import { CHAT } from '../chats/place.ts';
import type { Clock } from '../clock.ts';
import type { CompiledStep } from '../compiled.ts';
import type { Ledger } from '../ledger.ts';
import type { Live } from '../live.ts';
import type { ModelDoor } from '../models/door.ts';
import type { Runs } from '../runs.ts';
import { clipped, fitting, type Past, toSum } from './past.ts';
import { Likeness } from './likeness.ts';

type Deps = {
  readonly store: Store;
  readonly runs: () => Pick<Runs, 'live'>;
  readonly clock: Clock;
  readonly coming: Coming;
  readonly offline: Pick<ModelDoor, 'embedHere'>;
  readonly ledger: Pick<Ledger, 'store'>;
  readonly full: () => Problem | null;
};

/** Messages of a session that are looked at: two of a turn. */
const LOOKED_AT = 400;
/** Characters of one text that is kept. */
const KEPT = 20_000;
/** Turns that stand as they were beside those that are alike. */
const LAST = 3;

type Said = { readonly text?: string; readonly outside?: boolean };
type Summed = { readonly text: string; readonly outside: boolean };
/** `row` null: there is none yet. */
type Found = { readonly chat: boolean; readonly name: string; readonly row: ChatSessionRow | null };

const NO_MEMORY = noMemory(problem('power.undeclared', 'This step kind remembers nothing'));
const NOTHING: AgentRecalled = {
  ...{ session: null, chat: false, turns: [], like: [], summary: null, older: null, outside: false },
};
const NO_FLOW = problem('flow.not_found', 'There is no such flow');
const past = ({ asked, answered }: Past): AgentPast => ({ asked, answered });

export class MemoryDoor {
  readonly #d: Deps;
  readonly #likeness: Likeness;

  constructor(deps: Deps) {
    this.#d = deps;
    this.#likeness = new Likeness((texts, signal) => deps.offline.embedHere(texts, signal));
  }

  /** The `memory` object of one step instance. */
  lend(live: Live, cs: CompiledStep, key: string, signal: AbortSignal): StepMemory {
    if (cs.kind.agent === undefined) return NO_MEMORY;
    const agent = `${cs.step.id}${live.base.version === null ? '/draft' : ''}`;
    return {
      recall: (how, asked) => this.#recall(live, agent, how, asked, signal),

      sum: async (how, session, { text, upto, outside }) => {
        const { workspace } = live.base;
        const found = await this.#find(live, agent, how, session);
        const said: Summed = { text: clipped(text, KEPT), outside };
        const why = this.#room(workspace, said.text);
        if (why !== null || found === null || found.row === null) return why;
        await this.#d.store.in(workspace).memories.sum(found.row.id, agent, { upto, said, at: this.#d.clock.now() });
        return null;
      },

      keep: async (how, session, kept) => {
        const { workspace, id: run } = live.base;
        const place = await this.#placeOf(live, agent, session);
        if (place === null) return null;
        const [asked, answered] = [clipped(kept.asked, KEPT), clipped(kept.answered, KEPT)];
        const why = this.#room(workspace, asked + answered);
        if (why !== null) return why;
        const now = this.#d.clock.now();
        const done = await this.#d.store.in(workspace).memories.keep(place, this.#d.clock.id('chat_'), {
          ...{ run, at: now, expires: now + how.keep, id: turnId(key) },
          asked: { text: asked } satisfies Said,
          answered: { text: answered, outside: kept.outside } satisfies Said,
        });
        return done ? null : NO_FLOW;
      },
    };
  }

  /** Why a text has no room. */
  #room(workspace: string, text: string): Problem | null {
    return this.#d.full() ?? this.#d.ledger.store(workspace, Buffer.byteLength(text));
  }

  /** ME1: a session of its own; null: its caller is nobody in particular. */
  async #placeOf(live: Live, agent: string, name: string): Promise<ChatPlace | null> {
    const { workspace, flow, environment, principal } = live.base;
    const chat = await this.#d.store.in(workspace).memories.chatOf(live.id);
    const who = chat?.owner ?? ((await this.#isAnybody(live)) ? null : principal);
    return who === null ? null : { flow, owner: `${who}/agent/${environment}/${agent}`, name };
  }

  /** ME1: nothing tells apart who began this, by itself or by what called it. */
  async #isAnybody(live: Live): Promise<boolean> {
    const { store } = this.#d;
    const callers = await callersOf({ store, runs: this.#d.runs() }, live);
    return callers.some((one) => one === null || one.principal === 'visitor' || one.triggerKind === 'form@1');
  }

  async #find(live: Live, agent: string, how: AgentRemembers, name?: string): Promise<Found | null> {
    const { workspace, triggerKind } = live.base;
    const { chats, memories } = this.#d.store.in(workspace);
    if (how.session === null) {
      const chat = await memories.chatOf(live.id);
      if (chat !== null) return { chat: true, name: chat.name, row: chat };
      if (triggerKind === CHAT) return null;
    }
    const called = name ?? how.session ?? randomBytes(18).toString('base64url');
    const place = await this.#placeOf(live, agent, called);
    if (place === null) return null;
    return { chat: false, name: called, row: await chats.session(place, this.#d.clock.now()) };
  }

  async #recall(
    live: Live,
    agent: string,
    how: AgentRemembers,
    asked: string,
    signal: AbortSignal,
  ): ReturnType<StepMemory['recall']> {
    const found = await this.#find(live, agent, how);
    if (found === null) return { value: NOTHING };
    const { chat, name, row } = found;
    const none: AgentRecalled = { ...NOTHING, session: name, chat };
    if (row === null) return { value: none };
    const all = await this.#pastOf(live, row, how);
    const marked = (some: readonly Past[]): boolean => some.some(({ outside }) => outside);
    switch (how.by) {
      case 'window': {
        const turns = fitting(all, how.turns, how.characters);
        return { value: { ...none, turns: turns.map(past), outside: marked(turns) } };
      }
      case 'summary': {
        const summed = await this.#summary(live, row, agent);
        const { turns, older } = toSum(
          all.filter(({ n }) => n > (summed?.upto ?? 0)),
          how.turns,
          how.characters,
        );
        return {
          value: {
            ...none,
            turns: turns.map(past),
            summary: summed?.text ?? null,
            older: older.length === 0 ? null : { turns: older.map(past), upto: older.at(-1)?.n ?? 0 },
            outside: summed?.outside === true || marked(turns) || marked(older),
          },
        };
      }
      case 'vector': {
        const turns = fitting(all, Math.min(LAST, how.turns), how.characters);
        const before = all.slice(0, all.length - turns.length);
        const left = how.characters - turns.reduce((sum, one) => sum + one.asked.length + one.answered.length, 0);
        const like = await this.#likeness.most(asked, before, how.turns - turns.length, left, signal);
        if ('problem' in like) return { problem: like.problem, sent: 'no' };
        const told = [...turns, ...like.most];
        return {
          value: { ...none, turns: turns.map(past), like: like.most.map(past), outside: marked(told) },
        };
      }
    }
  }

  async #summary(live: Live, row: ChatSessionRow, agent: string): Promise<(Summed & { upto: number }) | null> {
    const { workspace } = live.base;
    const found = await this.#d.store.in(workspace).memories.summary(row.id, agent);
    return found === null ? null : { ...this.#d.coming.opened<Summed>(workspace, found), upto: found.upto };
  }

  /** The turns before this run that have an answer, the oldest first. */
  async #pastOf(live: Live, session: ChatSessionRow, { characters }: AgentRemembers): Promise<readonly Past[]> {
    const { workspace } = live.base;
    const rows = await this.#d.store.in(workspace).chats.messages(session.id, LOOKED_AT);
    const found: Past[] = [];
    for (const [i, row] of rows.entries()) {
      if (row.run === live.id) break;
      const answer = rows[i + 1];
      if (row.role !== 'user' || answer?.role !== 'assistant' || answer.run !== row.run) continue;
      const [asked, answered] = [await this.#said(live, row), await this.#said(live, answer)];
      if (!asked?.text || !answered?.text) continue;
      const half = Math.floor(characters / 2);
      found.push({
        ...{ asked: clipped(asked.text, half), answered: clipped(answered.text, half), n: answer.n },
        // ME3
        outside: answered.outside !== false,
      });
    }
    return found;
  }

  async #said(live: Live, row: ChatMessageRow): Promise<Said | null> {
    const { workspace, flow } = live.base;
    if (row.said !== null) return this.#d.coming.opened<Said>(workspace, row.said);
    const came = await this.#d.coming.of({ workspace, flow, compiled: live.compiled }, row.run);
    if (came !== null) await this.#d.store.in(workspace).chats.settle(row.id, came);
    return came !== null && 'text' in came ? came : null;
  }
}

const turnId = (key: string): string => `mem_${createHash('sha256').update(key).digest('base64url').slice(0, 30)}`;

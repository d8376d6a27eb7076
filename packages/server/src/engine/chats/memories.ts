/**
 * What agents remember outside of chats, as the gateway asks for it. Whose a session is stands in its owner (agent/memory.ts ME1).
 *
 * MV1 What is in a memory, and what its owner calls it by, is told to its owner alone (row LLM-07); that there is one, of whom
 *     and how large, to who was judged to manage the flow.
 */

import type { ChatPort } from '@headgate/core';
import type { ListedMemory } from '../../store/memory.ts';
import type { Store } from '../../store/ports.ts';
import type { Clock } from '../clock.ts';
import type { Coming } from './came.ts';

type MemoriesPort = ChatPort['memories'];
type MemoryView = Awaited<ReturnType<MemoriesPort['list']>>['memories'][number];
type Deps = { readonly store: Store; readonly clock: Clock; readonly coming: Pick<Coming, 'opened'> };
type Said = { readonly text?: string; readonly outside?: boolean };

const iso = (time: number): string => new Date(time).toISOString();

/** `who/agent/environment/step`, with `/draft` behind it where it is the draft's; `who` is a principal, or `kind:id` in a chat. */
const PARTS = /^(?<who>.+?)\/agent\/(?<environment>[^/]+)\/(?<step>[^/]+)(?<draft>\/draft)?$/;

const whoOf = (who: string): string | null => {
  const id = who.replace(/\/draft$/, '').replace(/^(?:user|key|token|engine):/, '');
  return id === 'visitor' || id.startsWith('visitor:') ? null : id;
};

/** Two of a turn. */
const MESSAGES = 2;

export const memoriesPort = ({ store, clock, coming }: Deps): MemoriesPort => {
  const isMine = (owner: string, owners: readonly string[]): boolean => owners.some((one) => owner.startsWith(one));

  const shown = (row: ListedMemory, owners: readonly string[]): MemoryView => {
    const { who = '', environment = '', step = '', draft } = PARTS.exec(row.owner)?.groups ?? {};
    const mine = isMine(row.owner, owners);
    return {
      ...{ id: row.id, step, environment, draft: draft !== undefined, of: whoOf(who), mine },
      ...{ session: mine ? row.name : null, turns: row.turns, size: row.bytes },
      ...{ created: iso(row.created), updated: iso(row.updated), expires: iso(row.expires) },
    };
  };

  const found = async (workspace: string, flow: string, id: string) =>
    store.in(workspace).memories.held(flow, id, clock.now());

  return {
    list: async (workspace, flow, owners, { all, limit, cursor }) => {
      const [updated, ...id] = (cursor ?? '').split('.');
      const { rows, more } = await store.in(workspace).memories.list({
        ...{ flow, limit, owners: all ? null : owners, now: clock.now() },
        ...(cursor === undefined ? {} : { before: { updated: Number(updated), id: id.join('.') } }),
      });
      const last = rows.at(-1);
      return {
        memories: rows.map((row) => shown(row, owners)),
        next: more && last !== undefined ? `${last.updated}.${last.id}` : null,
      };
    },

    read: async (workspace, flow, owners, id, limit) => {
      const row = await found(workspace, flow, id);
      if (row === null || !isMine(row.owner, owners)) return null;
      const messages = await store.in(workspace).chats.messages(row.id, limit * MESSAGES);
      const textOf = (said: (typeof messages)[number]['said']): Said =>
        said === null ? {} : coming.opened<Said>(workspace, said);
      const said = messages.flatMap((asked, i) => {
        const answer = messages[i + 1];
        if (asked.role !== 'user' || answer?.role !== 'assistant' || answer.run !== asked.run) return [];
        const answered = textOf(answer.said);
        const [was, is] = [textOf(asked.said).text ?? '', answered.text ?? ''];
        return [
          { run: asked.run, asked: was, answered: is, outside: answered.outside !== false, at: iso(asked.created) },
        ];
      });
      const summary = row.summary === null ? null : (coming.opened<Said>(workspace, row.summary).text ?? null);
      return { ...shown(row, owners), summary, said };
    },

    remove: async (workspace, flow, owners, { id, all }) => {
      const row = await found(workspace, flow, id);
      if (row === null || (!all && !isMine(row.owner, owners))) return false;
      return store.in(workspace).memories.drop(flow, row.id);
    },
  };
};

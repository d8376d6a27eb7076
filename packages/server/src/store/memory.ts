/**
 * What agents remember, as the store keeps it, as types. Turns are messages of a session, as a chat's are (chat.ts): an agent of a
 * chat reads those of its chat; any other has sessions of its own, whose owner says so.
 */

import type { Boxed, ChatPlace, ChatSessionRow } from './chat.ts';

/** One turn that ended. `id`: the same for the same turn, however often it is told. */
export type KeptTurn = {
  readonly id: string;
  readonly run: string;
  readonly asked: unknown;
  readonly answered: unknown;
  readonly at: number;
  /** Until when the session is kept, from now on. */
  readonly expires: number;
};

export type SummaryRow = Boxed & { readonly upto: number };

/** A session of an agent, with how many turns it holds. `bytes`: what it counts for. */
export type ListedMemory = {
  readonly id: string;
  readonly flow: string;
  readonly owner: string;
  readonly name: string;
  readonly created: number;
  readonly updated: number;
  readonly expires: number;
  readonly bytes: number;
  readonly turns: number;
};

export type HeldMemory = ListedMemory & { readonly summary: SummaryRow | null };

export type MemoryStore = {
  /** Sessions of agents of a flow, the latest first. `owners`: what their owners begin with; null: whoever they are. */
  list(q: {
    flow: string;
    owners: readonly string[] | null;
    before?: { updated: number; id: string };
    limit: number;
    now: number;
  }): Promise<{ rows: ListedMemory[]; more: boolean }>;
  /** One of them; null: the flow has none of this id, or its time is over. */
  held(flow: string, id: string, now: number): Promise<HeldMemory | null>;
  /** Takes it away, with what it counted for. Chats are none. */
  drop(flow: string, id: string): Promise<boolean>;
  /** The session of the chat that a run answers in. */
  chatOf(run: string): Promise<ChatSessionRow | null>;
  /** Keeps a turn, once, in a session that is made when there is none. Of many, the oldest goes. False: no such flow. */
  keep(place: ChatPlace, session: string, turn: KeptTurn): Promise<boolean>;
  /** `name`: the agent's. */
  summary(session: string, name: string): Promise<SummaryRow | null>;
  /** In the place of the one before. False: that goes further, or there is no such session. */
  sum(session: string, name: string, made: { upto: number; said: unknown; at: number }): Promise<boolean>;
};

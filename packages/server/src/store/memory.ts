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

export type MemoryStore = {
  /** The session of the chat that a run answers in. */
  chatOf(run: string): Promise<ChatSessionRow | null>;
  /** Keeps a turn, once, in a session that is made when there is none. Of many, the oldest goes. False: no such flow. */
  keep(place: ChatPlace, session: string, turn: KeptTurn): Promise<boolean>;
  /** `name`: the agent's. */
  summary(session: string, name: string): Promise<SummaryRow | null>;
  /** In the place of the one before. False: that goes further, or there is no such session. */
  sum(session: string, name: string, made: { upto: number; said: unknown; at: number }): Promise<boolean>;
};

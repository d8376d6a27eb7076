/**
 * Chats as the store keeps them, as types. What was said lies sealed; `name` is what it opens by, in the engine alone.
 *
 * CS1 A session is found by its flow, its owner and the name that the owner calls it by, all three: there is no way to one by
 *     less.
 */

export type Boxed = { readonly name: string; readonly box: Uint8Array };

export type ChatPlace = { readonly flow: string; readonly owner: string; readonly name: string };

export type ChatSessionRow = {
  readonly id: string;
  readonly flow: string;
  readonly owner: string;
  readonly name: string;
  readonly title: Boxed;
  readonly created: number;
  readonly updated: number;
};

export type ChatMessageRow = {
  readonly id: string;
  /** Its place among all: later ones have more. */
  readonly n: number;
  readonly session: string;
  readonly role: 'user' | 'assistant';
  readonly run: string;
  /** Null: the answer is not there yet. */
  readonly said: Boxed | null;
  readonly vote: number;
  readonly words: Boxed | null;
  readonly created: number;
  /** What its owner calls the session by, where it was asked for by itself. */
  readonly called?: string;
};

/** One question and the place for its answer. */
export type ChatTurnWrite = {
  readonly run: string;
  readonly user: { readonly id: string; readonly said: unknown };
  readonly reply: { readonly id: string };
  readonly at: number;
  /** Until when the session is kept, from now on. */
  readonly expires: number;
};

export type ChatStore = {
  session(place: ChatPlace, now: number): Promise<ChatSessionRow | null>;
  /** The session, made when there is none; null: no such flow. Of more than so many of one owner in a flow, the one longest untouched goes. */
  open(
    place: ChatPlace,
    made: { readonly id: string; readonly title: string; readonly at: number; readonly expires: number },
  ): Promise<ChatSessionRow | null>;
  /** Those of one owner in a flow, the latest first. */
  sessions(flow: string, owner: string, limit: number, now: number): Promise<ChatSessionRow[]>;
  rename(place: ChatPlace, title: string, now: number): Promise<ChatSessionRow | null>;
  /** Another name for it. `taken`: the owner has one of that name. */
  renew(place: ChatPlace, name: string, now: number): Promise<'done' | 'missing' | 'taken'>;
  remove(place: ChatPlace): Promise<boolean>;
  /** A question, and the place for its answer. False: the session is full, or gone. */
  ask(session: string, turn: ChatTurnWrite): Promise<boolean>;
  /** Takes both back: no run came of them. */
  unask(run: string): Promise<boolean>;
  /** The answer; what is there already stays. False: nothing changed. */
  settle(message: string, said: unknown): Promise<boolean>;
  /** The last so many of a session, the oldest first. */
  messages(session: string, limit: number): Promise<ChatMessageRow[]>;
  /** A message of a session of this owner in this flow. */
  message(flow: string, owner: string, id: string, now: number): Promise<ChatMessageRow | null>;
  vote(flow: string, owner: string, id: string, vote: -1 | 0 | 1, words: string | null): Promise<boolean>;
};

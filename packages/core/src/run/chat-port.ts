/**
 * What the gateway may ask of the engine about chats. Whoever asks is named twice: by the principal that is judged, and by
 * the owner whose sessions alone are reached.
 */

import type { Principal } from '../access/permission.ts';
import type { Problem, Result } from '../problem.ts';
import type { MemoriesPort } from './memories-port.ts';

/** `owner`: who the caller is, over all that he sends; nobody else's sessions can be reached by it. */
export type ChatBy = {
  readonly principal: Principal;
  readonly owner: string;
  readonly flow: string;
  /** The draft, for who tries it. */
  readonly draft?: true;
};

export type ChatTurn = { readonly role: 'user' | 'assistant'; readonly content: string };

/** A file that came with a message, kept in the project. */
export type ChatFile = { readonly path: string; readonly name: string; readonly size: number; readonly type: string };

/** A file of an answer, as the run says it: content that it holds, with a name and a type. */
export type AnswerFile = ChatAnswerFile & { readonly file: string };

/** The same as who reads the answer knows it: it is asked for by its place among the files of the message. */
export type ChatAnswerFile = { readonly name: string; readonly size: number; readonly type: string };

export type ChatLook = {
  readonly title: string;
  readonly greeting: string | null;
  readonly suggestions: readonly string[];
  readonly files: { readonly kinds: readonly string[]; readonly size: number } | null;
  /** Is it for visitors, too? */
  readonly open: boolean;
  readonly origins: readonly string[];
  readonly model: string | null;
  /** Ids of the steps whose words are the answer while it is written. */
  readonly trigger: string;
};

export type ChatSession = {
  readonly session: string;
  readonly title: string;
  readonly created: string;
  readonly updated: string;
};

export type ChatMessage = {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  /** Null: the answer is not there yet, or there is none. */
  readonly text: string | null;
  readonly state: 'done' | 'pending' | 'failed';
  readonly files: readonly (ChatFile | ChatAnswerFile)[];
  readonly problem: Problem | null;
  readonly vote: -1 | 0 | 1;
  readonly words: string | null;
  readonly created: string;
  readonly run: string;
};

/** A file as it came, with the name and the type that who sent it says. */
export type ChatUpload = { readonly name: string; readonly type: string; readonly bytes: Uint8Array };

export type ChatAsk = ChatBy & {
  /** The name the owner calls it by; absent: a new one, of a random name. */
  readonly session?: string;
  readonly message: string;
  /** Paths that `keep` gave to the same owner. */
  readonly files?: readonly string[];
  /** Files that come in the message itself: kept once it fits, and not before. */
  readonly within?: readonly ChatUpload[];
  /** Further fields of the input, which the flow has to declare. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** What was said before, besides what the session holds. */
  readonly history?: readonly ChatTurn[];
  /** False: nothing is kept. */
  readonly keep?: boolean;
  /** Milliseconds to wait for the answer. */
  readonly wait: number;
};

/** Tokens that the models of the run read and wrote by then. */
export type ChatUse = { readonly read: number; readonly wrote: number };

export type ChatSent = {
  /** Empty where nothing is kept. */
  readonly session: string;
  readonly run: string;
  readonly asked: ChatMessage;
  readonly reply: ChatMessage;
  readonly use: ChatUse;
};

/** `said`: from this place on the answer reads so; what came of it before from there on does not count. */
export type ChatEvent = { readonly seq: number } & (
  | { readonly type: 'said'; readonly text: string; readonly at: number }
  | {
      readonly type: 'reply';
      readonly text: string;
      readonly files?: readonly ChatAnswerFile[];
      readonly use?: ChatUse;
    }
  | { readonly type: 'failed'; readonly problem: Problem }
);

/** What a page of a public chat carries for its visitor: bound to the flow and to the origin it was given to. */
export type ChatTicket = { readonly ticket: string; readonly until: string; readonly look: ChatLook };

/** Null: there is no such thing of this owner. */
export type ChatPort = {
  /** Sessions of agents lie where those of chats do. */
  readonly memories: MemoriesPort;
  readonly look: (by: ChatBy) => Promise<Result<ChatLook>>;
  readonly send: (ask: ChatAsk) => Promise<Result<ChatSent>>;
  readonly message: (by: ChatBy, id: string) => Promise<ChatMessage | null>;
  /** The answer of a run as it comes, to its end; `counted`: with what the models used, from the first event on. */
  readonly follow: (
    by: ChatBy,
    run: string,
    after: number,
    signal: AbortSignal,
    counted?: true,
  ) => Promise<AsyncIterable<ChatEvent>>;
  /** The name of the session of a message. */
  readonly sessionOf: (by: ChatBy, message: string) => Promise<string | null>;
  readonly cancel: (by: ChatBy, id: string) => Promise<Result<ChatMessage> | null>;
  readonly sessions: (by: ChatBy, limit: number) => Promise<Result<readonly ChatSession[]>>;
  readonly messages: (by: ChatBy, session: string, limit: number) => Promise<readonly ChatMessage[] | null>;
  readonly rename: (by: ChatBy, session: string, title: string) => Promise<ChatSession | null>;
  readonly renew: (by: ChatBy, session: string, name: string) => Promise<'done' | 'missing' | 'taken'>;
  readonly remove: (by: ChatBy, session: string) => Promise<boolean>;
  readonly vote: (by: ChatBy, id: string, vote: -1 | 0 | 1, words: string | null) => Promise<boolean>;
  /** Keeps a file for a later message of the same owner. */
  readonly keep: (by: ChatBy, file: ChatUpload) => Promise<Result<ChatFile>>;
  /** A file of an answer to this owner, by its place, and where its content lies. */
  readonly file: (
    by: ChatBy,
    message: string,
    place: number,
  ) => Promise<{ readonly file: ChatAnswerFile; readonly blob: string } | null>;
  /** May a page of this origin show the chat to visitors? */
  readonly opens: (flow: string, origin: string) => Promise<boolean>;
  /** A ticket for a visitor; `origin` null: of a page of this server. `before`: the one he had. */
  readonly admit: (flow: string, origin: string | null, before: string | null) => Promise<Result<ChatTicket>>;
  /** Who carries a ticket; null: it is none, or not for here, or not any more. */
  readonly visitor: (flow: string, origin: string | null, ticket: string) => Promise<ChatBy | null>;
};

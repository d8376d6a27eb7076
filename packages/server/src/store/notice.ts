/** What members are told of, as the store keeps it, as types (core/notice). */

import { createHash } from 'node:crypto';
import type { NoticeChoice, NoticeKind, Sight } from '@headgate/core';

/** As it is written with what causes it. */
export type NoticeWrite = {
  /** The same for the same event, however often it is written: the second changes nothing. */
  readonly id: string;
  readonly workspace: string;
  readonly kind: NoticeKind;
  readonly project: string;
  readonly flow: string | null;
  readonly run: string | null;
  /** The question that it is about: who is asked is told. */
  readonly ask: string | null;
  readonly name: string | null;
  readonly code: string | null;
  /** Accounts and keys by whose doing it came about. */
  readonly tell: readonly string[];
  /** Those of one group that somebody did not read yet are one to him. */
  readonly grp: string;
  /** Who is told gets a letter of the flow itself. */
  readonly mailed: boolean;
  readonly at: number;
};

/** Of one event of a workspace: `n_` and 32 characters. */
export const noticeId = (workspace: string, kind: NoticeKind, event: string): string =>
  `n_${createHash('sha256')
    .update(JSON.stringify([workspace, kind, event]))
    .digest('hex')
    .slice(0, 32)}`;

/** A notice of which nobody was told yet. */
export type NoticeRow = NoticeWrite;

/** What a notice is about, as somebody is told of it. */
export type NoticeNamed = Pick<
  NoticeRow,
  'id' | 'kind' | 'project' | 'flow' | 'run' | 'ask' | 'name' | 'code' | 'at'
> & {
  readonly flowName: string | null;
  readonly read: number | null;
  readonly times: number;
};

/**
 * What somebody may be shown now. `sight`: of flows; `secrets`: of projects whose connections he may see to, null: all;
 * `asked`: he answers questions. `projects`, `flows`: what the credential is narrowed to.
 */
export type NoticeSight = {
  readonly user: string;
  readonly sight: Sight;
  readonly secrets: readonly string[] | null;
  readonly asked: boolean;
  readonly projects?: readonly string[];
  readonly flows?: readonly string[];
};

export type NoticeStore = {
  /** What is not read first, then the latest first. `next`: where to go on. */
  list(
    who: NoticeSight,
    page: { readonly cursor?: string; readonly limit: number },
  ): Promise<{ readonly rows: readonly NoticeNamed[]; readonly next: string | null }>;
  unread(who: NoticeSight): Promise<number>;
  /** False: there is none of this id that may be seen. */
  read(who: NoticeSight, id: string, at: number): Promise<boolean>;
  /** How many were not read. */
  readAll(who: NoticeSight, at: number): Promise<number>;
  /** Null: nothing was chosen. */
  choice(user: string): Promise<NoticeChoice | null>;
  choose(user: string, choice: NoticeChoice): Promise<void>;
  /** Accounts that a question asks now, and that neither answered it nor handed it on. */
  asked(ask: string): Promise<readonly string[]>;
};

/** One account that is told. `due`: when a letter leaves; null: none does. */
export type NoticeFor = {
  readonly user: string;
  readonly app: boolean;
  readonly due: number | null;
  /** A letter leaves for what came again, too, though the last was not read. */
  readonly again: boolean;
};

/** One line of a letter that is due. */
export type DueLine = Pick<
  NoticeRow,
  'workspace' | 'kind' | 'project' | 'flow' | 'run' | 'ask' | 'name' | 'code' | 'at'
> & {
  readonly notice: string;
  readonly user: string;
  readonly times: number;
  readonly tries: number;
};

/** A connection whose token ends, or ended, with nothing that renews it. `by`: who connected it last. */
export type Ending = {
  readonly workspace: string;
  readonly project: string;
  readonly id: string;
  readonly name: string;
  readonly expires: number;
  readonly by: string | null;
};

/** The engine's own part, over all workspaces. */
export type EngineNotices = {
  /** Writes one that nothing else is written with. Durable when it resolves. */
  add(notice: NoticeWrite): Promise<void>;
  /** Those of which nobody was told yet, the earliest first; from behind one that was looked at, or from the first. */
  waiting(limit: number, after: Pick<NoticeRow, 'id' | 'at'> | null): Promise<readonly NoticeRow[]>;
  /** All of them have it, or none: in one transaction, once however often it is asked for. */
  spread(notice: NoticeRow, to: readonly NoticeFor[]): Promise<void>;
  /** The lines of the letter that is due first, all of one account in one workspace; empty: none is due. */
  due(now: number): Promise<readonly DueLine[]>;
  /** Letters to this account for what came since then, over all workspaces: those that left, and lines that are due by now. */
  lettersSince(user: string, since: number, now: number): Promise<number>;
  /** When the next letter is due; null: none waits. */
  nextDue(): Promise<number | null>;
  /** Puts on record that this letter leaves now, with all of these lines. False: some were read or changed meanwhile, and none is taken. */
  claim(letter: string, lines: readonly DueLine[]): Promise<boolean>;
  /** What became of a letter. `again`: it certainly did not arrive, and is tried anew then. */
  settle(letter: string, how: 'sent' | 'doubt' | 'failed' | { readonly again: number }): Promise<void>;
  /** No letter left: these are tried anew at that time; null: never. */
  postpone(lines: readonly DueLine[], until: number | null): Promise<void>;
  /** Letters that were leaving when the server died: nobody knows whether they arrived. How many lines. */
  doubt(): Promise<number>;
  /** Connections whose token ends, or ended, between these, with nothing that renews it. */
  endings(from: number, to: number): Promise<readonly Ending[]>;
  /** Deletes those from before this, `limit` at most; how many. */
  sweep(before: number, limit: number): Promise<number>;
};

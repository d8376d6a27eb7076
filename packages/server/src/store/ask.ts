/** Questions to people as the store keeps them, as types. What is asked and answered lies sealed in the journal. */

import type { Sight, Whom } from '@headgate/core';

export const ASK_STATES = ['open', 'answered', 'late', 'gone'] as const;
export type AskEnd = (typeof ASK_STATES)[number];

export type AskRow = {
  readonly id: string;
  readonly project: string;
  readonly flow: string;
  readonly run: string;
  readonly step: string;
  readonly item: string;
  readonly title: string;
  readonly state: AskEnd;
  readonly opened: number;
  readonly deadline: number | null;
  readonly ended: number | null;
};

/** A question as it is written with the run that asks it: wholly, each time. */
export type AskWrite = Pick<AskRow, 'id' | 'step' | 'item' | 'title' | 'state' | 'opened' | 'deadline' | 'ended'> & {
  readonly who: readonly Whom[];
  /** Accounts that answered, or handed it on. */
  readonly not: readonly string[];
  /** Links of people without an account. */
  /** Who is asked gets a mail of the flow itself. */
  readonly mailed?: boolean;
  readonly links: readonly { readonly hash: string; readonly person: string }[];
};

/** `over`: both of the two after it; `late` holds those that nobody waits for any more, too. */
export type AskStanding = 'open' | 'over' | 'answered' | 'late';

export type AskSearch = {
  readonly user: string;
  readonly state: AskStanding;
  /** What the credential is narrowed to. */
  readonly projects?: readonly string[];
  readonly flows?: readonly string[];
};

type AskPart = { readonly after?: string; readonly limit: number };
/** With the name of its flow; null: that is gone. */
export type AskNamed = AskRow & { readonly flowName: string | null };
type AskPage = Promise<{ rows: AskNamed[]; next: string | null }>;

export type AskStore = {
  /** What this account is asked, the latest first; `next`: the id to go on after. */
  list(search: AskSearch & AskPart): AskPage;
  /** What anybody is asked by runs of flows that are seen, the latest first. */
  seen(search: { readonly sight: Sight; readonly state: AskStanding } & AskPart): AskPage;
  count(search: AskSearch): Promise<number>;
  /** One that this account is asked; null: none, or none that it is asked. */
  mine(search: Omit<AskSearch, 'state'>, id: string): Promise<AskNamed | null>;
  /** Addresses of the accounts that are asked: where they are told. */
  addresses(who: readonly Whom[]): Promise<readonly string[]>;
  /** The account of a member, by its id or address; null: no such member. */
  member(name: string): Promise<string | null>;
};

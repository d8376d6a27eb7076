/**
 * Before a server of OAuth is asked for something: may anything of the workspace reach it, and is it on record? Its address
 * stands in a secret, and nobody lent it.
 */

import type { Power } from '@headgate/core';
import type { AuditEntry, JournalWriter } from '../store/ports.ts';
import { JournalDown } from './broker.ts';

export type AskDeps = {
  readonly journal: Pick<JournalWriter, 'audit' | 'barrier'>;
  readonly now: () => number;
  /** May anything of the workspace reach this? */
  readonly reaches: (workspace: string, power: Power) => Promise<boolean>;
};

/** An address as the power that a call of it needs. */
export const reachOf = (url: string, method: string): Power => {
  const { hostname: host, port, protocol } = new URL(url);
  return { power: 'net', method, host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
};

/** Durably on record when it resolves. False: the workspace may not reach it. Throws `JournalDown`. */
export const mayAsk = async (
  { journal, now, reaches }: AskDeps,
  url: string,
  deed: Omit<AuditEntry, 'at' | 'decision' | 'reason'>,
): Promise<boolean> => {
  const at = now();
  const may = await reaches(deed.workspace, reachOf(url, 'POST'));
  const verdict = { decision: may ? ('allow' as const) : ('deny' as const), reason: may ? null : 'policy.denied' };
  try {
    await journal.barrier(journal.audit([{ ...deed, at, ...verdict }]));
  } catch {
    throw new JournalDown('asking for a token could not be put on record');
  }
  return may;
};

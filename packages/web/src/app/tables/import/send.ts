/**
 * Sends rows a portion after the other, and says exactly what was done: each portion is added as a whole or not at all.
 *
 * SE1 What came to nothing says where it ended, and why; what was added till then can be taken back.
 */

import type { Problem } from '@headgate/core';
import type { Client } from '../../transport/client.ts';
import { Refusal } from '../../transport/client.ts';
import { Unreached } from '../../transport/transport.ts';
import { portions } from '../edits.ts';
import { batches, type Line } from './read.ts';

export type Sent = {
  readonly added: number;
  readonly changed: number;
  /** Of the rows that were added. */
  readonly ids: readonly string[];
  readonly left: number;
  /** Lines that were not taken together, and why: a Problem, the person who stopped it, or no answer (then nobody knows). */
  readonly ended: null | {
    readonly from: number;
    readonly to: number;
    readonly why: Problem | 'stopped' | 'unreached';
  };
};

type Sending = {
  readonly engine: Client;
  readonly project: string;
  readonly table: string;
  /** Columns by which a row is found that is changed instead. */
  readonly match: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
};

const TRIES = 5;

const waited = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What was refused for now, and not for good, is asked again. */
const insisted = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 429 || tried >= TRIES) throw error;
      await waited(Math.min(30_000, error.problem.retryAfter ?? 1_000 * tried));
    }
  }
};

export const send = async (lines: readonly Line[], sending: Sending): Promise<Sent> => {
  const { engine, project, table, match, signal, progress } = sending;
  const ids: string[] = [];
  let changed = 0;
  for (const some of batches(lines)) {
    const sum = (ended: Sent['ended']): Sent => ({
      added: ids.length,
      changed,
      ids,
      left: lines.length - ids.length - changed,
      ended,
    });
    const place = { from: some[0]?.line ?? 0, to: some.at(-1)?.line ?? 0 };
    if (signal.aborted) return sum({ ...place, why: 'stopped' });
    const body = {
      rows: some.map(({ values }) => ({ ...values })),
      ...(match.length === 0 ? {} : { match: [...match] }),
    };
    try {
      const { rows } = await insisted(() =>
        engine.call('addRows', { params: { id: table }, query: { project }, body }),
      );
      for (const { id, made } of rows) {
        if (made) ids.push(id);
        else changed += 1;
      }
    } catch (error) {
      if (error instanceof Refusal) return sum({ ...place, why: error.problem });
      if (error instanceof Unreached) return sum({ ...place, why: 'unreached' });
      throw error;
    }
    progress(ids.length + changed);
  }
  return { added: ids.length, changed, ids, left: 0, ended: null };
};

/** Deletes the rows that were added. */
export const takeBack = async (
  ids: readonly string[],
  { engine, project, table, progress }: Pick<Sending, 'engine' | 'project' | 'table' | 'progress'>,
): Promise<void> => {
  let done = 0;
  for (const some of portions(ids, 1_000)) {
    await insisted(() => engine.call('deleteRows', { params: { id: table }, query: { project }, body: { ids: some } }));
    done += some.length;
    progress(done);
  }
};

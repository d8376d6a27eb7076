/**
 * What of a run its reader sees besides: the run that called it, and links that answer for a person. Whether he may read it at
 * all was judged before (admit.ts).
 *
 * RS1 The run that called this one is told to who may read that one (row AZ-08): its flow may be somebody's own.
 * RS2 A link of a waiting step answers for a person (row WH-08). Who may only read sees that there was one; where it should go
 *     it went by a step.
 */

import { type EventView, hideLinks, hideLinksIn, type Principal, type RunView } from '@headgate/core';
import type { RunRow } from '../store/ports.ts';
import type { Places } from './places.ts';

/** Who reads, as he is now; null: he is not let in any more. */
type Reader = () => Promise<Principal | null> | Principal | null;

/** Those who act on runs. */
const ACTS = ['run', 'run.cancel'] as const;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class RunSight {
  readonly #places: Pick<Places, 'judge'>;

  constructor(places: Pick<Places, 'judge'>) {
    this.#places = places;
  }

  /** May he see links that answer for a person, where a value of the run holds any? */
  seesLinks(who: Principal, run: string): Promise<boolean> {
    return this.#acts(() => who, run);
  }

  async view(reader: Reader, run: RunView): Promise<RunView> {
    const parent = await this.#parent(reader, run.parent);
    const output = hideLinks(run.output);
    const text = run.problem === null ? '' : hideLinksIn(run.problem.text);
    const same = output === run.output && text === (run.problem?.text ?? '');
    if (same || (await this.#acts(reader, run.id))) return parent === run.parent ? run : { ...run, parent };
    return { ...run, parent, output, problem: run.problem === null ? null : { ...run.problem, text } };
  }

  /** Rows of a list, each with the caller that may be told. */
  async rows(reader: Reader, rows: readonly RunRow[]): Promise<readonly RunRow[]> {
    const told = new Map<string, string | null>();
    for (const { parent } of rows)
      if (parent !== null && !told.has(parent)) told.set(parent, await this.#parent(reader, parent));
    return told.size === 0
      ? rows
      : rows.map((row) => (row.parent === null ? row : { ...row, parent: told.get(row.parent) ?? null }));
  }

  async event(reader: Reader, run: string, event: EventView): Promise<EventView> {
    const called = await this.#withoutCaller(reader, event);
    const data = hideLinks(called);
    if (data !== called && !(await this.#acts(reader, run))) return { ...event, data };
    return called === event.data ? event : { ...event, data: called };
  }

  /** As they come; who reads is asked anew for each that it matters for. */
  async *events(reader: Reader, run: string, events: AsyncIterable<EventView>): AsyncGenerator<EventView> {
    for await (const event of events) yield this.event(reader, run, event);
  }

  /** What an event tells, without the run that called this one where that is not told. */
  async #withoutCaller(reader: Reader, { type, data }: EventView): Promise<unknown> {
    if (!isRecord(data)) return data;
    if (typeof data['by'] === 'string' && data['by'].startsWith('run:')) {
      if ((await this.#parent(reader, data['by'].slice(4))) !== null) return data;
      return { ...data, by: 'run', reason: 'the run that called it does not wait for it any more' };
    }
    const { parent, first: _first, trigger, ...rest } = data;
    const caller = isRecord(parent) && typeof parent['run'] === 'string' ? parent['run'] : null;
    if (type !== 'run.created' || caller === null || (await this.#parent(reader, caller)) !== null) return data;
    return { ...rest, trigger: isRecord(trigger) ? { kind: trigger['kind'] } : trigger };
  }

  async #parent(reader: Reader, parent: string | null): Promise<string | null> {
    const who = parent === null ? null : await reader();
    if (parent === null || who === null) return null;
    return (await this.#places.judge(who, 'run.read', 'run', parent)) === undefined ? parent : null;
  }

  async #acts(reader: Reader, run: string): Promise<boolean> {
    const who = await reader();
    if (who === null) return false;
    for (const permission of ACTS)
      if ((await this.#places.judge(who, permission, 'run', run)) === undefined) return true;
    return false;
  }
}

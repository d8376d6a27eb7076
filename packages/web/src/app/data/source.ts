/** Which value of a run is looked at: what an event of its journal holds, or what a step was given or gave. */

import type { Client } from '../transport/client.ts';
import type { Page } from './value-store.ts';

export type Source = {
  readonly run: string;
  /** As the API takes it. */
  readonly which:
    | { readonly seq: string; readonly of?: 'value' | 'input' | 'output' | 'body' | 'over' | 'data' }
    | { readonly step: string; readonly side: 'in' | 'out'; readonly item?: string };
};

export const keyOf = ({ run, which }: Source): string => JSON.stringify([run, which]);

/** Reads pages of a value. */
export const pagesOf =
  (client: Client, { run, which }: Source) =>
  (path: string, offset: number, more: { whole?: 'true' } = {}): Promise<Page> =>
    client.call('readValue', { params: { id: run }, query: { ...which, path, offset: String(offset), ...more } });

/** All of a value as text, for copying: what is not there yet is fetched. */

import type { Client } from '../transport/client.ts';
import { pagesOf, type Source } from './source.ts';
import type { Entry } from './value-store.ts';

export const wholeOf = async (client: Client, source: Source, entry: Entry): Promise<string> => {
  const read = pagesOf(client, source);
  const parts: string[] = [];
  // A text is copied as it is, everything else as JSON.
  const whole = entry.kind === 'text' ? {} : { whole: 'true' as const };
  for (let offset: number | null = 0; offset !== null; ) {
    const page = await read(entry.path, offset, whole);
    parts.push(typeof page.value === 'string' ? page.value : JSON.stringify(page.value));
    offset = page.next;
  }
  return parts.join('');
};

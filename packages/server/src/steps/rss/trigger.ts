/**
 * rss: a feed is asked again and again, and each new entry starts a run. These are its settings; the engine asks, remembers
 * what it has seen, and starts the runs.
 */

import { DURATION, defineTrigger, milliseconds, type Need, SECRET_NAME, SECRET_NAME_IS, z } from '@headgate/core/step';
import { needsOf, targetOf } from '../http.request/target.ts';

const SOONEST = 10_000;
const LATEST = 86_400_000;

export const trigger = defineTrigger({
  kind: 'rss',
  version: 1,
  title: 'When a feed has something new',
  summary:
    'Asks for a feed (RSS, Atom, JSON Feed) again and again, and starts a run for each new entry, the oldest first, each once, whatever happens in between. Its input is {id, title, link, author, published, updated, summary, content, categories, files, feed}.',
  input: z.strictObject({
    url: z
      .string()
      .min(1)
      .max(2_000)
      .refine((text) => targetOf(text) !== undefined && URL.canParse(text), 'an http or https address, written plainly')
      .describe('The address of the feed, written plainly, e.g. https://example.com/feed.xml.'),
    secret: z
      .string()
      .regex(SECRET_NAME, SECRET_NAME_IS)
      .optional()
      .describe('Name of a secret or connection, where the feed asks who reads it; the flow never sees it.'),
    every: z
      .string()
      .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 15m')
      .refine((text) => {
        const span = milliseconds(text) ?? 0;
        return span >= SOONEST && span <= LATEST;
      }, 'a duration from 10s to 1d')
      .optional()
      .describe('How long from one time of asking to the next, 10s to 1d. Left out: 15m.'),
    from: z
      .enum(['now', 'all'])
      .optional()
      .describe('now (or left out): what is there when the trigger begins starts nothing. all: it does.'),
  }),
  needs: ({ url, secret }): readonly Need[] =>
    needsOf({ method: 'GET', url, ...(secret === undefined ? {} : { secret }) }),
});

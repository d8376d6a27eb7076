/**
 * What a person looks at first: how runs went lately, what waits for a person, and what waits for a place.
 *
 * OV1 Counts are of runs that the reader sees. However many there are, a look goes through a bounded number of them, and
 *     `more` says when there were more.
 */

import { z } from 'zod';
import { route } from './route.ts';
import { id, time } from './shapes.ts';

const tags = ['runs'] as const;
const amount = z.int();

/** Periods that can be looked at, in hours, and how many parts each is told in. */
export const PERIODS = { '24': 24, '168': 28 } as const;

export const getOverview = route({
  method: 'GET',
  path: '/api/v1/overview',
  needs: 'run.read',
  on: 'any',
  query: z.strictObject({
    hours: z.enum(['24', '168']).optional().describe('The last 24 hours (when left out), or the last seven days'),
  }),
  answers: {
    200: z.strictObject({
      from: time,
      to: time,
      states: z.strictObject({
        queued: amount,
        running: amount,
        waiting: amount,
        done: amount,
        failed: amount,
        cancelled: amount,
        in_doubt: amount,
      }),
      parts: z
        .array(z.strictObject({ from: time, runs: amount, failed: amount }))
        .describe('The period in equal parts, the oldest first'),
      flows: z
        .array(
          z.strictObject({
            flow: id,
            flowName: z.string().nullable(),
            runs: amount,
            failed: amount,
            time: z.number().nullable().describe('Milliseconds that a run took, in the mean; null: none ended'),
            last: time,
          }),
        )
        .describe('Those with the most runs, fifty at most'),
      more: z.boolean().describe('There were older runs in the period, which are not counted'),
      asks: z.strictObject({
        answer: amount.describe('Runs that wait for somebody to answer, or to go on; of whatever age'),
        doubt: amount.describe('Runs in doubt, which somebody has to settle'),
      }),
      promotions: z
        .array(
          z.strictObject({
            id,
            flow: id,
            flowName: z.string(),
            from: z.string(),
            to: z.string(),
            version: z.int(),
            by: z.string(),
            created: time,
          }),
        )
        .describe('Promotions that wait for somebody’s word, the latest first, fifty at most'),
    }),
  },
  problems: ['requests.limit'],
  summary: 'How runs went lately by flow and by time, and what waits for a person',
  tags,
});

export const getQueue = route({
  method: 'GET',
  path: '/api/v1/queue',
  needs: 'run.read',
  on: 'any',
  answers: {
    200: z.strictObject({
      lanes: z
        .array(
          z.strictObject({
            flow: id,
            flowName: z.string().nullable(),
            running: amount.describe('Runs that were let in and are not over'),
            waiting: amount,
            why: z
              .enum(['concurrency', 'rate', 'debounce'])
              .describe(
                'What holds the next one: so many run already, so many began lately, or it waits whether another comes',
              ),
            most: z.int().nullable().describe('Runs at the same time, or in the time of the rate'),
            per: z.int().nullable().describe('Milliseconds of the rate, or of the wait for another'),
            until: time.nullable().describe('When the next may begin; null: when one ends'),
            next: id.describe('The run that is let in next'),
          }),
        )
        .describe('Flows, or keys of one, with runs that wait for a place; the fullest first, two hundred at most'),
      kept: z.strictObject({
        days: z.number().nullable().describe('How long a finished run is kept; null: not known'),
        perFlow: z.int().nullable().describe('And how many of one flow at most'),
      }),
    }),
  },
  summary: 'Runs that wait for a place, and what holds them; and how long runs are kept',
  tags,
});

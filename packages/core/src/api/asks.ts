/**
 * Questions to people: the inbox of whoever calls. What is asked of somebody else is not there; it can be listed, and no more,
 * by who may read the run that asks.
 *
 * AK1 A question is opened, answered and handed on by an account that it names, its role or a group it is in; by a key or a
 *     token of that account only where it holds `ask.answer`.
 * AK2 Others see of it what its run tells who may read runs: that it was asked, and how it stands.
 */

import { z } from 'zod';
import { formField } from '../form/fields.ts';
import { empty, media, route } from './route.ts';
import { byId, count, id, json, name, time } from './shapes.ts';

const tags = ['asks'] as const;

const askState = z
  .enum(['open', 'answered', 'late', 'gone'])
  .describe('`gone`: nobody waits for it any more, its run is over or its branch is not wanted');

const row = z
  .strictObject({
    id,
    title: z.string(),
    flow: id,
    flowName: z.string().nullable(),
    project: id,
    run: id,
    step: z.string(),
    state: askState,
    asked: time,
    deadline: time.nullable(),
    ended: time.nullable(),
  })
  .meta({ id: 'Ask' });

const wanted = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('approve') }),
  z.strictObject({ kind: z.literal('choose'), choices: z.array(z.string()).readonly() }),
  z.strictObject({ kind: z.literal('form'), fields: z.array(formField).readonly() }),
]);

export const listAsks = route({
  method: 'GET',
  path: '/api/v1/asks',
  needs: 'ask.answer',
  on: 'any',
  query: z.strictObject({
    state: z
      .enum(['open', 'over', 'answered', 'late'])
      .optional()
      .describe(
        '`open` (or absent): what waits. `answered`. `late`: nobody answered in time, or nobody waits for it any more. `over`: both of these',
      ),
    whose: z
      .enum(['mine', 'all'])
      .optional()
      .describe(
        '`mine` (or absent): what you are asked. `all`: what is asked in the runs that you may read (`run.read`)',
      ),
    cursor: id.optional(),
    limit: count(200).optional(),
  }),
  answers: {
    200: z.strictObject({ asks: z.array(row), open: z.int().describe('How many wait for you'), next: id.optional() }),
  },
  problems: ['permission.missing'],
  summary: 'List the questions that you are asked, or that others are, the latest first',
  tags,
});

export const followAsks = route({
  method: 'GET',
  path: '/api/v1/asks/events',
  needs: 'ask.answer',
  on: 'any',
  query: z.strictObject({
    ticket: z
      .string()
      .max(64)
      .optional()
      .describe('In place of a header with a credential: a ticket of `POST /api/v1/tickets`'),
  }),
  answers: {
    200: media('text/event-stream', 'Server-sent events: `asks` {open} at first, and whenever questions came or went'),
  },
  problems: ['missing', 'streams.limit'],
  summary: 'Hear when you are asked something',
  tags,
});

export const getAsk = route({
  method: 'GET',
  path: '/api/v1/asks/{id}',
  needs: 'ask.answer',
  on: 'any',
  params: byId,
  answers: {
    200: z.strictObject({
      id,
      title: z.string(),
      text: z.string().nullable(),
      wanted,
      asked: time,
      deadline: time.nullable(),
      answers: z.int().describe('Answers that came'),
      count: z.int().describe('Answers it takes'),
      flow: id,
      flowName: z.string().nullable(),
      run: id,
      step: z.string(),
      state: askState,
      ended: time.nullable(),
      yours: z.boolean().describe('It waits for your answer'),
      given: z
        .array(
          z.strictObject({
            by: z.string().describe('The id of an account, the address of a mail, or `link`'),
            at: time,
            answer: json,
            comment: z.string().nullable(),
          }),
        )
        .readonly()
        .describe('What was answered; nothing while it waits for you'),
    }),
  },
  problems: ['missing'],
  summary: 'Look at a question that you are asked, and at what was answered when it waits no more',
  tags,
});

export const answerAsk = route({
  method: 'POST',
  path: '/api/v1/asks/{id}/answer',
  needs: 'ask.answer',
  on: 'any',
  params: byId,
  body: z.strictObject({
    answer: json.describe('`approved` or `refused`, one of the choices, or an object with the fields of the form'),
    comment: z.string().max(2000).optional(),
  }),
  answers: { 200: z.strictObject({ run: id, goesOn: z.boolean().describe('False: more answers are waited for') }) },
  problems: ['missing', 'ask.over', 'ask.answered', 'ask.invalid'],
  summary: 'Answer a question, once',
  tags,
  audited: 'after',
});

export const delegateAsk = route({
  method: 'POST',
  path: '/api/v1/asks/{id}/delegate',
  needs: 'ask.answer',
  on: 'any',
  params: byId,
  body: z.strictObject({ to: name.describe('A member, by id or mail address') }),
  answers: { 204: empty('It is theirs to answer now, and not yours') },
  problems: ['missing', 'ask.over', 'ask.answered', 'ask.person'],
  summary: 'Hand a question on to another member',
  tags,
  audited: 'after',
  tells: ['to'],
});

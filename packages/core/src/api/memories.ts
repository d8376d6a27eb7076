/**
 * What agents remember outside of chats: seen and deleted by who it is of; counted, and deleted, by who manages the flow.
 *
 * ML1 What a memory says is told to its owner alone. Another's is answered as what never existed, but to who may change the flow:
 *     to him it is there, of whom and how large, without what it says or is called (LLM-07, AZ-01).
 */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { byId, count, id, time } from './shapes.ts';

const tags = ['memories'] as const;
const byMemory = z.strictObject({ id, memory: id });

const memory = z
  .strictObject({
    id,
    step: z.string().describe('The step of the agent that remembers'),
    environment: z.string(),
    draft: z.boolean().describe('It was the draft that ran'),
    of: z.string().nullable().describe('Who it is of, as the audit trail names him; null: a visitor of a chat'),
    mine: z.boolean(),
    session: z.string().nullable().describe('What its owner calls it by; null: it is somebody else’s'),
    turns: z.int().describe('Questions with their answers'),
    size: z.int().describe('Bytes, as they count for the workspace'),
    created: time,
    updated: time.describe('When something was kept in it last'),
    expires: time.describe('When it goes by itself, if nothing is kept in it until then'),
  })
  .meta({ id: 'Memory' });

export const listMemories = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/memories',
  needs: 'run',
  on: 'flow',
  params: byId,
  query: z.strictObject({
    limit: count(200).optional(),
    cursor: z
      .string()
      .regex(/^\d{1,15}\.[A-Za-z0-9_-]{1,64}$/, 'the `next` of an earlier answer')
      .optional(),
  }),
  answers: {
    200: z.strictObject({
      memories: z.array(memory),
      next: z.string().optional(),
      all: z.boolean().describe('Those of others are among them'),
    }),
  },
  problems: ['missing'],
  summary:
    'List what agents of a flow remember of the caller, the latest first; of everybody, without what it says, for who holds flow.write',
  tags,
});

export const getMemory = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/memories/{memory}',
  needs: 'run',
  on: 'flow',
  params: byMemory,
  query: z.strictObject({ limit: count(200).optional().describe('Turns at most, the latest; 100 when left out') }),
  answers: {
    200: memory.extend({
      summary: z.string().nullable().describe('What was summed up of older turns'),
      said: z
        .array(
          z.strictObject({
            run: id,
            asked: z.string(),
            answered: z.string(),
            outside: z.boolean().describe('The agent had read text from outside'),
            at: time,
          }),
        )
        .readonly()
        .describe('The oldest first'),
    }),
  },
  problems: ['missing'],
  summary: 'Read what an agent remembers of the caller',
  tags,
});

export const deleteMemory = route({
  method: 'DELETE',
  path: '/api/v1/flows/{id}/memories/{memory}',
  needs: 'run',
  on: 'flow',
  params: byMemory,
  answers: { 204: empty('It is gone, with all that was in it') },
  problems: ['missing'],
  summary: 'Delete what an agent remembers of the caller; of somebody else, with flow.write',
  tags,
  audited: 'after',
});

/**
 * Starters: flows that come with the server, for people to begin with. They are the same for everybody; making a flow of one
 * is `createFlow` with its text, as if it came from a file: nothing in it counts as lent by being written.
 */

import { z } from 'zod';
import { knowledgeName } from '../knowledge/base.ts';
import { columnSpec, tableName } from '../table/column.ts';
import { flowFile } from './shapes.ts';
import { route } from './route.ts';

export const TEMPLATE_GROUPS = ['start', 'basics', 'webhooks', 'schedules', 'apis', 'code', 'people', 'ai'] as const;

const template = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    summary: z.string(),
    group: z.enum(TEMPLATE_GROUPS),
    flow: flowFile,
    /** Flows that it calls by name, or that hear of its failures. */
    with: z.array(flowFile).readonly().describe('Flows that go with it: it names them'),
    tables: z
      .array(z.strictObject({ name: tableName, columns: z.array(columnSpec).readonly() }))
      .readonly()
      .describe('Tables that it names: to be made where there are none of these names'),
    knowledge: z.array(knowledgeName).readonly().describe('Knowledge bases that it names, likewise'),
    asks: z.array(z.string()).readonly().describe('What it asks for, a sentence each'),
  })
  .meta({ id: 'Template' });

export const listTemplates = route({
  method: 'GET',
  path: '/api/v1/templates',
  needs: 'flow.read',
  on: 'any',
  answers: { 200: z.strictObject({ templates: z.array(template).readonly() }) },
  summary: 'List the starters that come with the server: flows to begin with',
  tags: ['flows'],
});

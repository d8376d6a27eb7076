/** Powers and grants: what the steps of a flow ask for, what was lent, and what is missing. */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { byId, id, json, lent, problem, time } from './shapes.ts';

const tags = ['grants'] as const;

const environment = z
  .string()
  .regex(/^(\*|[a-z][a-z0-9_-]{0,63})$/, 'the name of an environment (small letters, digits, _ and -), or *')
  .describe('Name of an environment; * stands for all of them');

const need = z.strictObject({
  step: z.string(),
  power: z.string(),
  computed: z.boolean().describe('Depends on an expression, so it always asks'),
  sentence: z.string().describe('What it means, for a person to consent to'),
  lent: z.boolean().describe('Covered by a grant in force'),
});

const grant = z.strictObject({
  id,
  step: z.string(),
  power: z.string(),
  environment: z.string(),
  grantor: z.string(),
  created: time,
  sentence: z.string().describe('What it means'),
  asCaller: z.boolean().describe('Lent only as far as who starts the run may lend it himself'),
  typed: z.boolean().describe('Lent by writing it plainly into a step'),
  void: z.boolean().describe('Who gave it may no longer give it: it lends nothing now'),
});

export const flowPowers = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/powers',
  needs: 'flow.read',
  on: 'flow',
  params: byId,
  query: z.strictObject({ environment: environment.optional() }),
  answers: { 200: z.strictObject({ needs: z.array(need), granted: z.array(grant), missing: z.array(lent) }) },
  problems: ['missing', 'flow.invalid'],
  summary: 'What the draft asks for, what was lent, and what is missing in the form `grant` takes',
  tags,
});

const touch = z.strictObject({
  step: z.string().describe('* is the flow as a whole'),
  power: z.string().describe('In the form `grant` takes'),
  sentence: z.string().describe('What it means'),
  how: z
    .enum(['written', 'known', 'open'])
    .describe('It stands in the settings, follows from the input given, or is known only when it runs'),
  comes: z.enum(['yes', 'no', 'perhaps']).describe('Does a run with this input come to it, as far as that can be told'),
  times: z.int().describe('How many times it was seen to come'),
  asks: z.boolean().describe('Lent only by saying so, never by writing it into a step'),
  grant: z.strictObject({ id, grantor: z.string() }).nullable().describe('What it would stand on now'),
  refused: z.string().nullable().describe('The code of the problem it would meet now'),
});

export const dryRun = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/powers/dry-run',
  needs: 'run',
  on: 'flow',
  params: byId,
  body: z
    .strictObject({
      input: json.optional().describe('Without it only the settings are read'),
      version: z.int().min(1).optional().describe('Without it the draft'),
      draft: z
        .record(z.string(), json)
        .optional()
        .describe(
          'A flow file that is looked at in the place of the draft, as it would be once saved; needs flow.write too',
        ),
      environment: environment.optional(),
    })
    .refine(({ version, draft }) => version === undefined || draft === undefined, {
      path: ['draft'],
      message: 'expected either `version` or `draft`, got both',
    }),
  answers: {
    200: z.strictObject({
      touches: z.array(touch).readonly(),
      ends: z.enum(['done', 'failed', 'open']).describe('How far the input leads without any effect'),
      problem: problem.nullable(),
    }),
  },
  problems: ['missing', 'flow.invalid', 'flow.version_unknown', 'requests.limit'],
  summary:
    'What a run would touch, listed without touching it: expressions and pure steps are evaluated for the input, nothing is opened and nobody is called. Needs `flow.read` too',
  tags,
});

export const giveGrants = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/grants',
  needs: 'grant.give',
  on: 'flow',
  params: byId,
  body: z.strictObject({
    grants: z.array(lent).min(1).max(1000),
    environment: environment.optional(),
    asCaller: z.boolean().optional().describe('Lent only as far as who starts the run may lend it himself'),
  }),
  answers: { 201: z.strictObject({ grants: z.array(grant) }) },
  problems: ['missing', 'grant.step', 'flow.invalid', 'environment.unknown'],
  summary: 'Lend powers to steps',
  tags,
  audited: 'before',
});

export const takeGrant = route({
  method: 'DELETE',
  path: '/api/v1/flows/{id}/grants/{grant}',
  needs: 'grant.give',
  on: 'flow',
  params: z.strictObject({ id, grant: id }),
  answers: { 204: empty('Taken back; effects that need it are refused from now on') },
  problems: ['missing'],
  summary: 'Take a grant back',
  tags,
  audited: 'after',
});

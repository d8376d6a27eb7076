/** Powers and grants: what the steps of a flow ask for, what was lent, and what is missing. */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { byId, id, lent, time } from './shapes.ts';

const tags = ['grants'] as const;

const environment = z.string().min(1).max(64).describe('Name of an environment; * stands for all of them');

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

export const giveGrants = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/grants',
  needs: 'grant.give',
  on: 'flow',
  params: byId,
  body: z.strictObject({ grants: z.array(lent).min(1).max(1000), environment: environment.optional() }),
  answers: { 201: z.strictObject({ grants: z.array(grant) }) },
  problems: ['missing', 'grant.step', 'flow.invalid'],
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

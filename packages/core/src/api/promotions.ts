/**
 * Which version of a flow runs in which environment, and promotions: the way a version gets from one to the next.
 *
 * PR1 A promotion is decided on what was looked at: when the target changed since, it is stale and nothing happens.
 * PR2 A difference tells names of secrets and never a value of one.
 */

import { z } from 'zod';
import { environmentName, values } from './environments.ts';
import { empty, route } from './route.ts';
import { byId, id, json, lent, time } from './shapes.ts';

const tags = ['environments'] as const;

const deployment = z.strictObject({
  environment: z.string(),
  version: z.int().min(1),
  at: time.nullable().describe('null: never promoted; the latest version runs there'),
  by: z.string().nullable(),
});

const value = z.strictObject({
  name: z.string(),
  there: z.boolean().describe('The target has a value of this name, or gets one by the promotion'),
  from: json.optional().describe('Its value in the environment the version comes from; absent: none'),
  to: json.optional().describe('Its value in the target as it would be then; absent: none'),
  sets: z.boolean().describe('The promotion sets it'),
});

const difference = z.strictObject({
  from: z.strictObject({ environment: z.string(), version: z.int() }),
  to: z.strictObject({ environment: z.string(), version: z.int().nullable().describe('null: nothing runs there') }),
  flow: json.describe('What changes in the flow, as `diff` tells it; null where nothing ran before'),
  values: z.array(value).describe('The values that the version reads'),
  powers: z.strictObject({
    needed: z.array(lent),
    granted: z.array(lent).describe('In force in the target'),
    missing: z.array(lent).describe('In the form `grant` takes'),
  }),
  secrets: z.strictObject({
    named: z.array(z.string()),
    missing: z.array(z.string()).describe('Named, and neither of the target nor of all environments'),
  }),
});

const promotion = z.strictObject({
  id,
  flow: id,
  from: z.string(),
  to: z.string(),
  version: z.int(),
  before: z.int().nullable().describe('What was promoted to the target before; null: nothing'),
  state: z.enum(['proposed', 'applied', 'refused', 'stale']),
  note: z.string().nullable(),
  sets: z.array(z.string()).describe('The names of the values it sets in the target'),
  by: z.string(),
  created: time,
  decidedBy: z.string().nullable(),
  decided: time.nullable(),
});

const told = z.strictObject({ promotion, difference: difference.nullable() });
const grant = z
  .union([z.literal('needed'), z.array(lent).max(1000)])
  .describe('Lends powers in the target alone (permission `grant.give`)');
const version = z.int().min(1).describe('Another version than the one that runs in `from`, for example to go back');
const ofPromotion = z.strictObject({ id, promotion: id });

export const listDeployments = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/deployments',
  needs: 'flow.read',
  on: 'flow',
  params: byId,
  answers: { 200: z.strictObject({ deployments: z.array(deployment) }) },
  problems: ['missing'],
  summary: 'Which version of a flow runs in which environment',
  tags,
});

export const endDeployment = route({
  method: 'DELETE',
  path: '/api/v1/flows/{id}/deployments/{environment}',
  needs: 'environment.manage',
  on: 'flow',
  params: z.strictObject({ id, environment: environmentName }),
  answers: { 204: empty('What was promoted does not run there any more; its webhooks and schedules there are gone') },
  problems: ['missing'],
  summary: 'End what was promoted to an environment. Runs under way go on',
  tags,
  audited: 'after',
});

export const comparePromotion = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/difference/{source}/{target}',
  needs: 'environment.manage',
  on: 'flow',
  params: z.strictObject({
    id,
    source: environmentName.describe('The environment the version comes from'),
    target: environmentName.describe('The environment it goes to'),
  }),
  answers: { 200: difference },
  problems: ['missing', 'environment.unknown', 'promotion.target', 'flow.unpublished', 'flow.unpromoted'],
  summary: 'What a promotion would change, without promoting',
  tags,
});

export const promote = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/promotions',
  needs: 'environment.manage',
  on: 'flow',
  params: byId,
  body: z.strictObject({
    from: environmentName,
    to: environmentName,
    version: version.optional(),
    vars: values.optional().describe('Values to set in the target along with it; the others there stay'),
    grant: grant.optional(),
    anyway: z.literal(true).optional().describe('Although values or secrets that it names are missing in the target'),
    note: z.string().max(2000).optional(),
  }),
  answers: { 201: told },
  problems: [
    'missing',
    'environment.unknown',
    'promotion.target',
    'promotion.lacks',
    'promotion.stale',
    'promotion.person',
    'flow.unpublished',
    'flow.unpromoted',
    'flow.version_unknown',
    'flow.invalid',
    'grant.missing',
    'grant.step',
    'permission.missing',
  ],
  summary: 'Have a version run in another environment: at once, or when somebody else approves where that asks for it',
  tags,
  audited: 'before',
  tells: ['from', 'to', 'version'],
});

export const listPromotions = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/promotions',
  needs: 'flow.read',
  on: 'flow',
  params: byId,
  answers: { 200: z.strictObject({ promotions: z.array(promotion) }) },
  problems: ['missing'],
  summary: 'List the promotions of a flow, newest first, fifty at most',
  tags,
});

export const getPromotion = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/promotions/{promotion}',
  needs: 'flow.read',
  on: 'flow',
  params: ofPromotion,
  answers: { 200: told },
  problems: ['missing'],
  summary: 'Read a promotion; while it is proposed with what it would change as of now',
  tags,
});

export const decidePromotion = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/promotions/{promotion}/decision',
  needs: 'environment.manage',
  on: 'flow',
  params: ofPromotion,
  body: z.strictObject({ decision: z.enum(['approve', 'refuse']), grant: grant.optional() }),
  answers: { 200: told },
  problems: [
    'missing',
    'promotion.own',
    'promotion.person',
    'promotion.decided',
    'promotion.stale',
    'grant.missing',
    'grant.step',
    'flow.invalid',
    'permission.missing',
  ],
  summary: 'Approve a promotion that somebody else proposed, or refuse one; who proposed it may take it back',
  tags,
  audited: 'before',
  tells: ['decision'],
});

/** Flows: their drafts, versions, checks and differences. */

import { z } from 'zod';
import { PERMISSIONS } from '../access/permission.ts';
import { DELETED_FLOW_DAYS } from '../flow/deleted.ts';
import { environmentName } from './environments.ts';
import { empty, media, route } from './route.ts';
import { VISIBILITIES } from '../access/visibility.ts';
import { byId, count, cursor, flowFile, id, json, lent, name, problem, project, time } from './shapes.ts';
import { glance } from './triggers.ts';
import { user } from './workspaces.ts';

const tags = ['flows'] as const;

export const flowRow = z.strictObject({
  id,
  name,
  project: id,
  owner: z.string().describe('The account or key whose flow it is'),
  visibility: z.enum(VISIBILITIES),
  revision: z.int().min(1),
  version: z.int().min(1).nullable().describe('The latest published version'),
  enabled: z.boolean(),
  created: time,
  updated: time,
});

const versionRow = z.strictObject({
  version: z.int().min(1),
  hash: z.string(),
  note: z.string().nullable(),
  by: z.string(),
  created: time,
});

const from = z
  .literal('file')
  .optional()
  .describe('The text came from a file: nothing in it counts as lent by being written');

const ended = z
  .array(lent)
  .optional()
  .describe(
    'Grants that ended: their step is gone or of another kind, or less was lent in the place of what was written',
  );

const webhook = z.strictObject({
  trigger: z.string(),
  url: z.string(),
  until: time.nullable().describe('Until when addresses that this one replaced are good besides; null: none is'),
});
const triggerId = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'the id of a trigger');

export const createFlow = route({
  method: 'POST',
  path: '/api/v1/flows',
  needs: 'flow.write',
  on: 'project',
  body: z.strictObject({ name: name.optional(), draft: flowFile, project: project.optional(), from }),
  answers: { 201: z.strictObject({ id, revision: z.int() }) },
  problems: ['flow.invalid', 'missing'],
  summary: 'Create a flow from a draft; it may be incomplete, and it does not run before it is published',
  tags,
  audited: 'before',
  makes: 'flow_',
  // Not its name: who reads the trail need not see private flows.
  tells: ['project'],
});

export const listFlows = route({
  method: 'GET',
  path: '/api/v1/flows',
  needs: 'flow.read',
  on: 'any',
  query: z.strictObject({ project: id.optional(), cursor: cursor.optional(), limit: count(200).optional() }),
  answers: { 200: z.strictObject({ flows: z.array(flowRow.extend(glance)), next: z.string().optional() }) },
  summary: 'List flows, newest first, each with its triggers and its latest run',
  tags,
});

export const getFlow = route({
  method: 'GET',
  path: '/api/v1/flows/{id}',
  needs: 'flow.read',
  on: 'flow',
  params: byId,
  answers: { 200: flowRow.extend({ draft: flowFile }) },
  problems: ['missing'],
  summary: 'Read a flow with its draft',
  tags,
});

export const patchFlow = route({
  method: 'PATCH',
  path: '/api/v1/flows/{id}',
  needs: 'flow.write',
  on: 'flow',
  params: byId,
  body: z.strictObject({
    name: name.optional(),
    enabled: z.boolean().optional(),
    visibility: z
      .enum(VISIBILITIES)
      .optional()
      .describe('`workspace` and `public` need the permission flow.share; `private` is for the owner of the flow'),
  }),
  answers: { 200: flowRow },
  problems: ['missing', 'flow.conflict', 'permission.missing'],
  summary: 'Rename a flow, switch its triggers on and off, or say who sees it',
  tags,
  audited: 'before',
  tells: ['visibility', 'enabled'],
});

export const deleteFlow = route({
  method: 'DELETE',
  path: '/api/v1/flows/{id}',
  needs: 'flow.write',
  on: 'flow',
  params: byId,
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: `Delete a flow: nothing starts it any more; for ${DELETED_FLOW_DAYS} days it can be restored as it was`,
  tags,
  audited: 'after',
});

export const saveDraft = route({
  method: 'PUT',
  path: '/api/v1/flows/{id}/draft',
  needs: 'flow.write',
  on: 'flow',
  params: byId,
  body: z.strictObject({ revision: z.int().min(1), draft: flowFile, from }),
  answers: { 200: z.strictObject({ revision: z.int() }) },
  problems: ['missing', 'flow.invalid', 'flow.conflict'],
  summary: 'Save the draft over the revision it was made from',
  tags,
});

export const checkFlow = route({
  method: 'POST',
  path: '/api/v1/flows/check',
  needs: 'flow.read',
  on: 'any',
  body: z.strictObject({ draft: flowFile, project: project.optional() }),
  answers: {
    200: z.strictObject({
      ok: z.boolean(),
      problems: z.array(problem).readonly(),
      warnings: z.array(problem).readonly(),
    }),
  },
  summary: 'Check a flow file: every problem at once, each with its place. Nothing is saved and nothing runs',
  tags,
});

export const followFlow = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/events',
  needs: 'flow.read',
  on: 'flow',
  params: byId,
  query: z.strictObject({
    ticket: z
      .string()
      .max(64)
      .optional()
      .describe('In place of a header with a credential: a ticket of `POST /api/v1/tickets` for this very flow'),
  }),
  answers: {
    200: media(
      'text/event-stream',
      'Server-sent events: `presence` {here: [{id, name}]} at first and when somebody comes or goes, `draft` {revision, by, name} when the draft was saved, `run` {run, state, trigger} when a run began or its state changed, to who may read runs. Nothing is told again: who comes back reads the flow',
    ),
  },
  problems: ['missing', 'streams.limit'],
  summary: 'Follow a flow as others change and run it, and see who else has it open',
  tags,
});

export const publishFlow = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/publish',
  needs: 'flow.publish',
  on: 'flow',
  params: byId,
  body: z
    .strictObject({
      note: z.string().max(2000).optional(),
      revision: z.int().min(1).optional().describe('Of the draft that was looked at; publish that one or nothing'),
      version: z
        .int()
        .min(1)
        .optional()
        .describe('What this version was is published again, as the next one, to go back. The draft stays as it is'),
      grant: z.union([z.literal('needed'), z.array(lent).max(1000)]).optional(),
    })
    .refine((body) => body.version === undefined || body.revision === undefined, {
      path: ['version'],
      message: 'expected either `revision` or `version`, got both',
    }),
  answers: { 201: z.strictObject({ version: z.int(), hash: z.string(), webhooks: z.array(webhook), ended }) },
  problems: [
    'missing',
    'flow.invalid',
    'flow.conflict',
    'flow.version_unknown',
    'grant.missing',
    'grant.step',
    'permission.missing',
  ],
  summary:
    'Publish the draft, or an older version again, as the next version. `grant` lends the powers it asks for (permission `grant.give`)',
  tags,
  audited: 'before',
  tells: ['version', 'revision'],
});

export const listVersions = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/versions',
  needs: 'flow.read',
  on: 'flow',
  params: byId,
  answers: { 200: z.strictObject({ versions: z.array(versionRow) }) },
  problems: ['missing'],
  summary: 'List the published versions, newest first',
  tags,
});

export const getVersion = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/versions/{version}',
  needs: 'flow.read',
  on: 'flow',
  params: z.strictObject({ id, version: count(999_999) }),
  answers: { 200: versionRow.extend({ flow: id, doc: flowFile }) },
  problems: ['missing'],
  summary: 'Read one version as it was published',
  tags,
});

export const listWebhooks = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/webhooks',
  needs: 'run',
  on: 'flow',
  params: byId,
  query: z.strictObject({ environment: environmentName.optional() }),
  answers: { 200: z.strictObject({ webhooks: z.array(webhook) }) },
  problems: ['missing'],
  summary:
    'List the addresses of the published webhooks: of `default`, or of another environment that a version was promoted to',
  tags,
});

export const listenWebhook = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/listen',
  needs: 'run',
  on: 'flow',
  params: byId,
  body: z.strictObject({ trigger: z.string().min(1).max(64).describe('The id of a webhook of the draft') }),
  answers: {
    201: z.strictObject({
      id,
      url: z.string().describe('Whoever knows it starts the draft, with the signature that the webhook asks for'),
      until: time,
    }),
  },
  problems: ['missing', 'flow.disabled', 'permission.missing', 'webhook.none', 'listening.limit'],
  summary:
    'Give a webhook of the draft an address of its own for 15 minutes, to try the draft with real deliveries. Needs `flow.write` too',
  tags,
  audited: 'before',
});

export const unlistenWebhook = route({
  method: 'DELETE',
  path: '/api/v1/flows/{id}/listen/{listening}',
  needs: 'run',
  on: 'flow',
  params: z.strictObject({ id, listening: id }),
  answers: { 204: empty('Nobody listens there any more') },
  problems: ['missing'],
  summary: 'End the address of a webhook of the draft, by who began to listen',
  tags,
  audited: 'after',
});

export const rotateWebhook = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/webhooks/{trigger}/rotate',
  needs: 'flow.publish',
  on: 'flow',
  params: z.strictObject({ id, trigger: triggerId }),
  body: z.strictObject({
    environment: environmentName.optional().describe('Absent: `default`; another one needs `environment.manage` too'),
    overlap: z
      .int()
      .min(0)
      .max(7 * 86_400)
      .optional()
      .describe(
        'Seconds that the old address stays good besides: 0 to 604800; absent, none, and it is nothing at once',
      ),
  }),
  answers: { 200: webhook },
  problems: ['missing', 'permission.missing'],
  summary: 'Give a webhook another address. The old one answers 404, at once or after the overlap',
  tags,
  audited: 'after',
  tells: ['environment', 'overlap'],
});

export const transferFlow = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/transfer',
  needs: 'flow.write',
  on: 'flow',
  params: byId,
  body: z.strictObject({ to: user }),
  answers: { 200: flowRow },
  problems: ['missing', 'permission.missing', 'member.unfit'],
  summary:
    'Give a flow to another member: by its owner, or by who manages members. Powers lent stay with who lent them',
  tags,
  audited: 'before',
  tells: ['to'],
});

export const moveFlow = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/move',
  needs: 'flow.write',
  on: 'flow',
  params: byId,
  body: z.strictObject({ project: id }),
  answers: { 200: z.strictObject({ id, project: id, taken: z.int().describe('How many grants ended') }) },
  problems: ['missing', 'permission.missing'],
  summary:
    'Move a flow to another project, by who may write in both. What was lent and promoted in the old one ends: it was said there',
  tags,
  audited: 'before',
  tells: ['project'],
});

const side = z.string().regex(/^(draft|[1-9][0-9]{0,5})$/, 'a version, or draft');

export const diffFlow = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/diff',
  needs: 'flow.read',
  on: 'flow',
  params: byId,
  query: z.strictObject({ from: side.optional(), to: side.optional() }),
  answers: { 200: z.strictObject({ from: z.string(), to: z.string(), diff: json }) },
  problems: ['missing'],
  summary: 'What changed between two versions; by default from the latest version to the draft',
  tags,
});

/** Permissions as a list, for contracts that carry them. */
export const permissions = z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length);

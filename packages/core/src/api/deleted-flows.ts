/** Flows that were deleted: for a while they can be had back. */

import { z } from 'zod';
import { DELETED_FLOW_DAYS } from '../flow/deleted.ts';
import { flowRow } from './flows.ts';
import { empty, route } from './route.ts';
import { byId, count, cursor, time } from './shapes.ts';

const tags = ['flows'] as const;

const row = flowRow.extend({
  deleted: time,
  until: time.describe('When it is removed for good'),
});

export const listDeletedFlows = route({
  method: 'GET',
  path: '/api/v1/deleted-flows',
  needs: 'flow.read',
  on: 'any',
  query: z.strictObject({ cursor: cursor.optional(), limit: count(200).optional() }),
  answers: { 200: z.strictObject({ flows: z.array(row), next: z.string().optional() }) },
  summary: `List flows that were deleted in the last ${DELETED_FLOW_DAYS} days`,
  tags,
});

export const restoreFlow = route({
  method: 'POST',
  path: '/api/v1/deleted-flows/{id}/restore',
  needs: 'flow.write',
  on: 'deleted',
  params: byId,
  answers: { 200: flowRow },
  problems: ['missing', 'permission.missing'],
  summary: 'Take back that a flow was deleted: it is as it was, with versions, grants and webhook addresses',
  tags,
  audited: 'before',
});

export const removeFlow = route({
  method: 'DELETE',
  path: '/api/v1/deleted-flows/{id}',
  needs: 'flow.write',
  on: 'deleted',
  params: byId,
  answers: { 204: empty('Removed for good') },
  problems: ['missing'],
  summary: 'Remove a deleted flow for good; its runs stay as long as runs are kept',
  tags,
  audited: 'before',
});

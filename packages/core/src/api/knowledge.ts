/**
 * Knowledge bases of projects: documents cut into pieces that are found by meaning and by words.
 *
 * KA1 What is in a base is told to whom it lets in alone: to everybody else its documents answer as what never was, whatever
 *     they may do in the project otherwise.
 */

import { z } from 'zod';
import { chunker, DOCUMENT_STATES, documentMeta, knowledgeName, sourceSpec } from '../knowledge/base.ts';
import { knowledgeHit, searchFields } from '../knowledge/hit.ts';
import { KNOWLEDGE_LIMITS } from '../knowledge/limits.ts';
import { PAGE_STATES } from '../knowledge/site-spec.ts';
import { empty, route } from './route.ts';
import { count, cursor, id, problem, project, time } from './shapes.ts';

const tags = ['knowledge'] as const;

const inProject = z.strictObject({ project: project.optional() });
const byBase = z.strictObject({ id });
const readers = z
  .array(id)
  .max(200)
  .nullable()
  .describe('The accounts that find something in it; null: everybody who may read knowledge of the project');
const model = z.string().min(1).max(200).describe('The model that makes vectors; what is there is read anew by it');

const many = z.int().describe('Pages');
const reading = z
  .strictObject({
    began: time,
    ended: time.nullable().describe('Null: it is under way, or waits to go on'),
    waiting: many,
    read: many.describe('Pages that are new, or say something new'),
    same: many.describe('Pages that say what they said before: nothing of them is embedded anew'),
    skipped: many.describe('Pages that were passed over; each says why'),
    gone: many.describe('Pages that the site has no more'),
    failed: many.describe('Pages that did not answer; what was read of them before stays'),
    bytes: z.int().describe('Bytes of the pages that were read'),
  })
  .meta({ id: 'KnowledgeReading' });

const page = z
  .strictObject({
    url: z.string(),
    source: id,
    state: z.enum(PAGE_STATES),
    problem: problem.nullable().describe('Why it was passed over, or did not answer'),
    depth: z.int().describe('Links from where the site begins'),
    bytes: z.int(),
    asked: time.nullable().describe('When it was asked for; null: it was not yet'),
  })
  .meta({ id: 'KnowledgePage' });

const source = z
  .strictObject({
    id,
    spec: sourceSpec,
    state: z.enum(['waiting', 'working', 'ready', 'failed']).describe('working: it is being looked at now'),
    problem: problem.nullable(),
    looked: time.nullable().describe('When a look at it last found something new; null: not yet'),
    documents: z.int(),
    reading: reading
      .nullable()
      .describe('Of a site: the reading that is under way, or was the last; null: there was none'),
  })
  .meta({ id: 'KnowledgeSource' });

const base = z
  .strictObject({
    id,
    name: z.string(),
    model: z.string(),
    chunker,
    readers,
    mine: z.boolean().describe('It lets in who asks'),
    documents: z.strictObject({ waiting: z.int(), ready: z.int(), failed: z.int() }).describe('How many, by state'),
    pieces: z.int(),
    bytes: z.int().describe('What it counts for the quota of stored bytes'),
    working: z.boolean().describe('Documents are being read now'),
    paused: z.boolean().describe('It was told to stop: documents wait until it is told to go on'),
    by: z.string().describe('Who made it'),
    created: time,
    updated: time,
  })
  .meta({ id: 'Knowledge' });

const document = z
  .strictObject({
    id,
    name: z.string(),
    path: z.string(),
    type: z.string(),
    source: id.nullable().describe('Where it comes from; null: a flow gave it'),
    state: z.enum(DOCUMENT_STATES),
    problem: problem.nullable().describe('Why it could not be read'),
    pieces: z.int(),
    meta: documentMeta,
    updated: time,
  })
  .meta({ id: 'KnowledgeDocument' });

export const listKnowledge = route({
  method: 'GET',
  path: '/api/v1/knowledge',
  needs: 'knowledge.read',
  on: 'project',
  query: inProject,
  answers: { 200: z.strictObject({ bases: z.array(base) }) },
  problems: ['missing'],
  summary: 'List the knowledge bases of a project',
  tags,
});

export const createKnowledge = route({
  method: 'POST',
  path: '/api/v1/knowledge',
  needs: 'knowledge.write',
  on: 'project',
  body: z.strictObject({
    project: project.optional(),
    name: knowledgeName,
    model: model.optional(),
    chunker: chunker.optional(),
    readers: readers.optional(),
  }),
  answers: { 201: base },
  problems: ['missing', 'knowledge.taken', 'knowledge.many', 'knowledge.model', 'knowledge.readers'],
  summary: 'Make a knowledge base',
  tags,
  audited: 'after',
  makes: 'kb_',
  tells: ['project', 'name'],
});

export const getKnowledge = route({
  method: 'GET',
  path: '/api/v1/knowledge/{id}',
  needs: 'knowledge.read',
  on: 'project',
  params: byBase,
  query: inProject,
  answers: { 200: base.extend({ sources: z.array(source) }) },
  problems: ['missing'],
  summary: 'Look at a knowledge base, and where its documents come from',
  tags,
});

export const patchKnowledge = route({
  method: 'PATCH',
  path: '/api/v1/knowledge/{id}',
  needs: 'knowledge.write',
  on: 'project',
  params: byBase,
  query: inProject,
  body: z.strictObject({
    name: knowledgeName.optional(),
    chunker: chunker.optional(),
    readers: readers.optional(),
  }),
  answers: { 200: base },
  problems: ['missing', 'knowledge.taken', 'knowledge.readers'],
  summary: 'Rename it, cut its documents otherwise, or say whom it lets in',
  tags,
  audited: 'after',
  tells: ['name', 'readers'],
});

export const deleteKnowledge = route({
  method: 'DELETE',
  path: '/api/v1/knowledge/{id}',
  needs: 'knowledge.write',
  on: 'project',
  params: byBase,
  query: inProject,
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: 'Delete a knowledge base with all that was read into it',
  tags,
  audited: 'after',
});

export const addKnowledgeSource = route({
  method: 'POST',
  path: '/api/v1/knowledge/{id}/sources',
  needs: 'knowledge.write',
  on: 'project',
  params: byBase,
  query: inProject,
  body: sourceSpec,
  answers: { 201: source },
  problems: ['missing', 'knowledge.many', 'knowledge.source', 'permission.missing', 'audit.down'],
  summary:
    'Say where documents come from; they are read soon, and again when they change. An address of the web takes the permission `grant.give` besides: it is lent to the base',
  tags,
  audited: 'after',
  makes: 'kbs_',
  tells: ['kind'],
});

export const deleteKnowledgeSource = route({
  method: 'DELETE',
  path: '/api/v1/knowledge/{id}/sources',
  needs: 'knowledge.write',
  on: 'project',
  params: byBase,
  query: z.strictObject({ project: project.optional(), source: id }),
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: 'Take a source out, with its documents',
  tags,
  audited: 'after',
  tells: ['source'],
});

export const listKnowledgePages = route({
  method: 'GET',
  path: '/api/v1/knowledge/{id}/pages',
  needs: 'knowledge.read',
  on: 'project',
  params: byBase,
  query: z.strictObject({
    project: project.optional(),
    source: id.optional(),
    state: z.enum(PAGE_STATES).optional(),
    limit: count(KNOWLEDGE_LIMITS.page).optional(),
    cursor: cursor.optional(),
  }),
  answers: { 200: z.strictObject({ pages: z.array(page), next: cursor.optional() }) },
  problems: ['missing'],
  summary: 'List the pages of the sites of a base, with what became of each in the last reading',
  tags,
});

export const listKnowledgeDocuments = route({
  method: 'GET',
  path: '/api/v1/knowledge/{id}/documents',
  needs: 'knowledge.read',
  on: 'project',
  params: byBase,
  query: z.strictObject({
    project: project.optional(),
    state: z.enum(DOCUMENT_STATES).optional(),
    limit: count(KNOWLEDGE_LIMITS.page).optional(),
    cursor: cursor.optional(),
  }),
  answers: { 200: z.strictObject({ documents: z.array(document), next: cursor.optional() }) },
  problems: ['missing'],
  summary: 'List the documents of a base, with what became of each',
  tags,
});

export const indexKnowledge = route({
  method: 'POST',
  path: '/api/v1/knowledge/{id}/index',
  needs: 'knowledge.write',
  on: 'project',
  params: byBase,
  query: inProject,
  body: z.strictObject({
    do: z
      .enum(['look', 'again', 'stop', 'go'])
      .describe('look: at its sources now; again: read all documents anew; stop: read no more for now; go: go on'),
  }),
  answers: { 200: base },
  problems: ['missing'],
  summary: 'Read what changed now, read all anew, or stop and go on',
  tags,
  audited: 'after',
  tells: ['do'],
});

export const searchKnowledge = route({
  method: 'POST',
  path: '/api/v1/knowledge/{id}/search',
  needs: 'knowledge.read',
  on: 'project',
  params: byBase,
  query: inProject,
  body: z.strictObject(searchFields),
  answers: { 200: z.strictObject({ hits: z.array(knowledgeHit) }) },
  problems: ['missing', 'knowledge.changed', 'knowledge.model'],
  summary: 'Try what a question finds',
  tags,
});

/**
 * Models that the server itself runs, in GGUF files: what whoever manages the instance puts there. Every workspace may ask them,
 * where a flow was lent the power; listing them for that is `listModels`.
 *
 * MH1 A file comes from the web through the one outgoing door, or as a body; with another checksum than the one that was said,
 *     nothing of it is kept.
 */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { time } from './shapes.ts';

const tags = ['models'] as const;
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const name = z
  .string()
  .regex(NAME, 'a name of a-z, 0-9, ., _ and -, such as llama-3.2-1b')
  .describe('Its name in flows, after local/');
const sha256 = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, '64 hexadecimal digits')
  .optional()
  .describe('What the checksum of its bytes has to be, in hexadecimal digits');

const model = z
  .strictObject({
    name: z.string(),
    size: z.int().describe('Bytes'),
    sha256: z.string(),
    added: time,
  })
  .meta({ id: 'LocalModel' });

const coming = z
  .strictObject({
    name: z.string(),
    bytes: z.int().describe('Bytes that came so far'),
    total: z.int().nullable().describe('Bytes that are to come, where it was said'),
    problem: z
      .strictObject({ code: z.string(), text: z.string(), fix: z.string().nullable() })
      .nullable()
      .describe('Why it did not come; null: it is on its way'),
  })
  .meta({ id: 'LocalModelComing' });

export const listLocalModels = route({
  method: 'GET',
  path: '/api/v1/instance/models',
  needs: 'instance.manage',
  on: 'workspace',
  answers: {
    200: z.strictObject({
      installed: z.boolean().describe('The add-on that runs them is there'),
      models: z.array(model),
      coming: z.array(coming).describe('Those on their way, and those that did not come'),
    }),
  },
  problems: ['missing'],
  summary: 'List the models that lie on the server, and those on their way',
  tags,
});

export const fetchLocalModel = route({
  method: 'POST',
  path: '/api/v1/instance/models',
  needs: 'instance.manage',
  on: 'workspace',
  body: z.strictObject({
    name,
    url: z
      .url({ protocol: /^https?$/ })
      .max(4_000)
      .describe('Where the file is got, through the outgoing door'),
    sha256,
  }),
  answers: { 202: coming },
  problems: ['missing', 'model.taken', 'model.file', 'requests.limit'],
  summary: 'Have a model got from an address; the list tells how far it is',
  tags,
  audited: 'before',
  tells: ['name'],
});

export const putLocalModel = route({
  method: 'PUT',
  path: '/api/v1/instance/models',
  needs: 'instance.manage',
  on: 'workspace',
  query: z.strictObject({ name, sha256 }),
  bodyKind: 'stream',
  answers: { 200: model },
  problems: ['missing', 'model.taken', 'model.file', 'disk.full', 'body.text', 'body.type', 'requests.limit'],
  summary: 'Take a model in: the bytes of the body are its GGUF file',
  tags,
  audited: 'before',
  tells: ['name'],
});

export const deleteLocalModel = route({
  method: 'DELETE',
  path: '/api/v1/instance/models/{model}',
  needs: 'instance.manage',
  on: 'workspace',
  params: z.strictObject({ model: name }),
  answers: { 204: empty('Removed') },
  problems: ['missing'],
  summary:
    'Take a model away, stop one on its way, or forget one that did not come; steps that name it fail from then on',
  tags,
  audited: 'after',
});

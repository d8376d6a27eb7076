/**
 * Files of projects: bytes go in and come out as they are, sealed at rest; steps reach them by the power `file`.
 *
 * FA1 A file is named by its path in the project on its way in, and by its id from then on.
 * FA2 What is downloaded is nothing that a browser shows or runs, whatever its sender said that it is.
 */

import { z } from 'zod';
import { LONGEST_PATH, ownFilePath } from '../access/scopes/file.ts';
import { empty, media, route } from './route.ts';
import { count, id, project, time } from './shapes.ts';

const tags = ['files'] as const;

const PATH_IS =
  'a path such as invoices/march.csv: names joined by /, none of them . or .., not in disk/, without control characters and the characters \\ : * ? " < > |';

const path = z
  .string()
  .refine((text) => ownFilePath(text) !== undefined, PATH_IS)
  .transform((text) => ownFilePath(text) ?? text)
  .meta({ pattern: '^[^/].*[^/]$|^[^/]$' });

/** What a list goes on after: the path of the last row, which its reader saw. */
const after = z.string().regex(/^[A-Za-z0-9_-]{1,3000}$/, 'the `next` of the page before');

const row = z
  .strictObject({
    id,
    path: z.string(),
    size: z.int().describe('Bytes'),
    type: z.string().describe('What its sender said that it is'),
    text: z.boolean().describe('All of it is UTF-8 text'),
    tag: z.string().describe('The same for the same content, within the workspace; the ETag of a download'),
    version: z.int().describe('Raised by every write'),
    by: z.string().describe('Who wrote it last: an account, a key, or `run:` and the run'),
    created: time,
    updated: time,
  })
  .meta({ id: 'File' });

const inProject = z.strictObject({ project: project.optional() });
const byFile = z.strictObject({ id });

export const putFile = route({
  method: 'PUT',
  path: '/api/v1/files',
  needs: 'file.write',
  on: 'project',
  query: z.strictObject({
    project: project.optional(),
    path: path.describe('Its path in the project'),
    only: z
      .string()
      .regex(/^(new|[1-9][0-9]{0,14})$/, 'new, or a version')
      .optional()
      .describe('`new`: only where there is none of this path; or the version that it must have'),
  }),
  bodyKind: 'stream',
  answers: { 200: row },
  problems: ['missing', 'file.taken', 'file.size', 'quota.bytes', 'disk.full', 'body.text', 'requests.limit'],
  summary: 'Write a file: the bytes of the body, of the media type that the body has',
  tags,
  audited: 'after',
  tells: ['project', 'path'],
});

export const listFiles = route({
  method: 'GET',
  path: '/api/v1/files',
  needs: 'file.read',
  on: 'project',
  query: z.strictObject({
    project: project.optional(),
    prefix: z
      .string()
      .max(LONGEST_PATH)
      .optional()
      .describe('Only paths that begin with this; with a / at its end, all that lies in a folder'),
    text: z.string().min(1).max(200).optional().describe('Only paths that hold this, whatever the case of a to z'),
    path: path.optional().describe('Only the file of this path'),
    cursor: after.optional(),
    limit: count(500).optional(),
  }),
  answers: { 200: z.strictObject({ files: z.array(row), next: after.optional() }) },
  problems: ['missing'],
  summary: 'List files in the order of their paths',
  tags,
});

export const listFolder = route({
  method: 'GET',
  path: '/api/v1/folders',
  needs: 'file.read',
  on: 'project',
  query: z.strictObject({
    project: project.optional(),
    folder: path.optional().describe('Its path; absent: the outermost one'),
    cursor: after.optional(),
    limit: count(500).optional(),
  }),
  answers: {
    200: z.strictObject({
      folders: z.array(z.string()).describe('Names of the folders in it'),
      files: z.array(row),
      next: after.optional(),
    }),
  },
  problems: ['missing'],
  summary:
    'List what lies in a folder itself, in the order of the paths: a folder is there as long as a file lies in it',
  tags,
});

export const getFile = route({
  method: 'GET',
  path: '/api/v1/files/{id}',
  needs: 'file.read',
  on: 'project',
  params: byFile,
  query: inProject,
  answers: { 200: row },
  problems: ['missing'],
  summary: 'Look at a file without its content',
  tags,
});

export const downloadFile = route({
  method: 'GET',
  path: '/api/v1/files/{id}/content',
  needs: 'file.read',
  on: 'project',
  params: byFile,
  query: inProject,
  answers: {
    200: media('application/octet-stream', 'The bytes, without the secrets and keys that the guard finds in them'),
    206: media('application/octet-stream', 'The part that the header `range` names, 8 MB of it at most'),
    304: empty('The content that `if-none-match` names'),
  },
  problems: ['missing', 'file.range', 'file.hidden', 'requests.limit'],
  summary: 'Download a file, or one range of it',
  tags,
});

export const moveFile = route({
  method: 'PATCH',
  path: '/api/v1/files/{id}',
  needs: 'file.write',
  on: 'project',
  params: byFile,
  query: inProject,
  body: z.strictObject({ path: path.describe('Its path from now on; nothing may have it') }),
  answers: { 200: row },
  problems: ['missing', 'file.taken'],
  summary: 'Give a file another name, or another folder; steps and powers name it by its path',
  tags,
  audited: 'after',
  tells: ['path'],
});

export const deleteFile = route({
  method: 'DELETE',
  path: '/api/v1/files/{id}',
  needs: 'file.write',
  on: 'project',
  params: byFile,
  query: inProject,
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: 'Delete a file; runs that read it keep what they read',
  tags,
  audited: 'after',
});

/** file.list: which files of the project there are, a page at a time. */

import { defineStep, done, failed, fileInfo, z } from '@headgate/core/step';
import { folderNeeds } from '../file.read/place.ts';

export const step = defineStep({
  kind: 'file.list',
  version: 1,
  title: 'List files',
  group: 'data',
  summary: 'Gives the files of a folder of the project and of all folders in it, in the order of their paths.',
  input: z.strictObject({
    folder: z
      .string()
      .max(500)
      .optional()
      .describe(
        'The folder, with a / at its end, e.g. invoices/. Left out: every file of the project, which always asks.',
      ),
    after: z.string().max(1000).optional().describe('Go on after this path: `next` of the page before.'),
    limit: z.int().min(1).max(1000).optional().describe('At most so many. Left out: 1000.'),
  }),
  output: z
    .strictObject({
      files: z.array(fileInfo).describe('The files.'),
      next: z.string().nullable().describe('What `after` takes for the next page; null: these were the last.'),
    })
    .describe('The files, and how to go on.'),
  needs: (raw) => folderNeeds(raw['folder']),
  repeatable: () => true,
  run: async ({ folder = '', after, limit }, can) => {
    const page = { ...(after === undefined ? {} : { after }), ...(limit === undefined ? {} : { limit }) };
    const got = await can.files.list(folder, page);
    if ('problem' in got) return failed(got.problem, got.sent);
    const { files, more } = got.value;
    return done({ files, next: more ? (files.at(-1)?.path ?? null) : null });
  },
});

/** file.write: a file of the project, written whole. Large content comes by reference and is copied as it is read. */

import { defineStep, done, failed, fileInfo, fileRef, fromBase64, problem, z } from '@headgate/core/step';
import { placeNeeds } from '../file.read/place.ts';

const TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/;

const notBase64 = problem('file.base64', '`content` is no base64', {
  at: { field: 'content' },
  fix: 'Leave `base64` out to write a text as it is.',
});

export const step = defineStep({
  kind: 'file.write',
  version: 1,
  title: 'Write a file',
  group: 'data',
  summary:
    'Writes a file of the project, in the place of what had its path: a text, a value as JSON, bytes as base64, or what a reference leads to. Runs that read it before keep what they read.',
  input: z
    .strictObject({
      path: z
        .string()
        .min(1)
        .max(1000)
        .describe(
          'Its path, e.g. out/{{ input.day }}.json. Writing the folder plainly lets the power be lent for that folder alone.',
        ),
      content: z.unknown().optional().describe('What it holds: a text as it is, anything else as JSON.'),
      from: fileRef
        .optional()
        .describe('Instead of content: a reference that an earlier step gave, e.g. {{ steps.fetch.body }}.'),
      base64: z.boolean().optional().describe('True: `content` is base64, and its bytes are written.'),
      type: z
        .string()
        .regex(TYPE, 'a media type such as text/csv')
        .optional()
        .describe('Its media type. Left out: that of the reference, or by what the content is.'),
      only: z
        .literal('new')
        .optional()
        .describe('new: a Problem where there is a file of this path already that holds something else.'),
    })
    .refine(({ content, from }) => (content === undefined) !== (from === undefined), 'either `content` or `from`'),
  output: fileInfo.describe('The file as it is now.'),
  needs: (raw) => placeNeeds('write', raw['path']),
  // Written again it holds the same.
  repeatable: () => true,
  run: async ({ path, content, from, base64, type, only }, can) => {
    const how = only === undefined ? {} : { only };
    if (from !== undefined) {
      const copied = await can.files.read(from, (file) =>
        can.files.write(path, file.read(), { ...how, type: type ?? file.type }),
      );
      const made = 'problem' in copied ? copied : copied.value;
      return 'problem' in made ? failed(made.problem, made.sent) : done(made.value);
    }
    const bytes = base64 === true ? (typeof content === 'string' ? fromBase64(content) : undefined) : null;
    if (bytes === undefined) return failed(notBase64, 'no');
    const plain = typeof content === 'string' ? content : JSON.stringify(content);
    const usual =
      bytes !== null ? 'application/octet-stream' : typeof content === 'string' ? 'text/plain' : 'application/json';
    const made = await can.files.write(path, bytes ?? plain, { ...how, type: type ?? usual });
    return 'problem' in made ? failed(made.problem, made.sent) : done(made.value);
  },
});

/** image.generate: has a model draw pictures, which become files of the project. */

import { defineStep, done, failed, fileInfo, problem, z } from '@headgate/core/step';
import { intoNeeds } from '../file.read/place.ts';
import { askFields, askOf, modelNeeds, usageOf } from '../model.generate/ask.ts';

const ENDS: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' };

export const step = defineStep({
  kind: 'image.generate',
  version: 1,
  title: 'Draw pictures',
  group: 'model',
  summary:
    'Has a model draw pictures by a description, and writes them into a folder of the project. Begun again after a crash, it draws anew.',
  input: z.strictObject({
    ...askFields,
    prompt: z.string().min(1).max(100_000).describe('What is to be seen.'),
    folder: z
      .string()
      .min(1)
      .max(900)
      .regex(/\/$/, 'a folder ends in /')
      .describe(
        'The folder that they are written to, e.g. pictures/. Writing it plainly lets the power be lent for that folder alone.',
      ),
    name: z
      .string()
      .min(1)
      .max(80)
      .regex(/^[^/\\]+$/, 'a name without /')
      .optional()
      .describe('What their names begin with; a number and the ending follow. Left out: picture.'),
    count: z.int().min(1).max(8).optional().describe('How many. Left out: 1.'),
    size: z
      .string()
      .regex(/^\d{2,5}x\d{2,5}$/, 'width x height, e.g. 1024x1024')
      .optional()
      .describe('Width and height in points, e.g. 1024x1024. Left out: as the model likes.'),
  }),
  output: z
    .strictObject({
      files: z.array(fileInfo).describe('The pictures.'),
      model: z.string().describe('The model that drew them.'),
      usage: usageOf,
    })
    .describe('What was drawn.'),
  needs: (raw) => [...modelNeeds(raw), ...intoNeeds(raw['folder'])],
  metered: true,
  repeatable: () => true,
  run: async (given, can) => {
    const { prompt, folder, name = 'picture', count = 1, size } = given;
    const answer = await can.models.draw({ ...askOf(given), prompt, count, ...(size === undefined ? {} : { size }) });
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    const files = [];
    for (const [i, { bytes, mediaType }] of answer.images.entries()) {
      const ending = ENDS[mediaType];
      if (ending === undefined) return failed(NO_PICTURE, 'maybe');
      const put = await can.files.write(`${folder}${name}-${i + 1}.${ending}`, bytes, { type: mediaType });
      if ('problem' in put) return failed(put.problem, 'maybe');
      files.push(put.value);
    }
    return done({ files, model: answer.model, usage: answer.usage });
  },
});

const NO_PICTURE = problem('model.answer', 'What the model drew is no PNG, JPEG or WebP', { retry: 'yes' });

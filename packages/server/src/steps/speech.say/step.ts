/** speech.say: a text as speech, written to a file of the project. */

import { defineStep, done, failed, fileInfo, z } from '@headgate/core/step';
import { placeNeeds } from '../file.read/place.ts';
import { askFields, askOf, modelNeeds, usageOf } from '../model.generate/ask.ts';

const FORMATS = ['mp3', 'wav', 'opus', 'aac', 'flac'] as const;

export const step = defineStep({
  kind: 'speech.say',
  version: 1,
  title: 'Say a text',
  group: 'model',
  summary:
    'Has a model speak a text, and writes the recording to a file of the project. Begun again after a crash, it speaks anew.',
  input: z.strictObject({
    ...askFields,
    text: z.string().min(1).max(50_000).describe('What is to be said.'),
    voice: z.string().min(1).max(100).optional().describe('The voice, as the provider names it. Left out: alloy.'),
    path: z
      .string()
      .min(1)
      .max(1000)
      .describe(
        'The path of the file, e.g. speech/{{ input.name }}.mp3. Writing the folder plainly lets the power be lent for that folder alone.',
      ),
    format: z.enum(FORMATS).optional().describe('How it is recorded. Left out: mp3.'),
  }),
  output: z
    .strictObject({
      file: fileInfo.describe('The recording.'),
      model: z.string().describe('The model that spoke.'),
      usage: usageOf,
    })
    .describe('The recording.'),
  needs: (raw) => [...modelNeeds(raw), ...placeNeeds('write', raw['path'])],
  metered: true,
  repeatable: () => true,
  run: async (given, can) => {
    const { text, voice = 'alloy', format = 'mp3', path } = given;
    const answer = await can.models.say({ ...askOf(given), text, voice, format });
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    const put = await can.files.write(path, answer.bytes, { type: answer.mediaType });
    if ('problem' in put) return failed(put.problem, 'maybe');
    return done({ file: put.value, model: answer.model, usage: answer.usage });
  },
});

/** speech.transcribe: the words of a recording, as a text. */

import { defineStep, done, failed, fileRef, z } from '@headgate/core/step';
import { askFields, askOf, modelNeeds, usageOf } from '../model.generate/ask.ts';
import { readOne } from '../model.generate/files.ts';

export const step = defineStep({
  kind: 'speech.transcribe',
  version: 1,
  title: 'Transcribe speech',
  group: 'model',
  summary: 'Has a model write down what is said in a recording: MP3, WAV, M4A, OGG, WebM or FLAC, 20 MB at most.',
  input: z.strictObject({
    ...askFields,
    file: fileRef.describe('The recording: a reference, as file.read and http.request give them.'),
    language: z
      .string()
      .regex(/^[a-z]{2,3}$/, 'a code such as en or de')
      .optional()
      .describe('The language that is spoken, e.g. de. Left out: the model finds out.'),
    hint: z.string().max(1_000).optional().describe('Names and words that come up, so that they are written right.'),
  }),
  output: z
    .strictObject({
      text: z.string().describe('What is said.'),
      model: z.string().describe('The model that listened.'),
      usage: usageOf,
    })
    .describe('The text.'),
  needs: modelNeeds,
  metered: true,
  repeatable: () => true,
  run: async (given, can) => {
    const read = await readOne(can, given.file);
    if ('problem' in read) return failed(read.problem, 'no');
    const { language, hint } = given;
    const answer = await can.models.transcribe({
      ...askOf(given),
      file: read.file,
      ...(language === undefined ? {} : { language }),
      ...(hint === undefined ? {} : { hint }),
    });
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    return done({ text: answer.text, model: answer.model, usage: answer.usage });
  },
});

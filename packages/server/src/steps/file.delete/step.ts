/** file.delete: takes a file of the project away. */

import { defineStep, done, failed, z } from '@headgate/core/step';
import { placeNeeds } from '../file.read/place.ts';

export const step = defineStep({
  kind: 'file.delete',
  version: 1,
  title: 'Delete a file',
  group: 'data',
  summary: 'Deletes a file of the project. That there was none is no Problem. Runs that read it keep what they read.',
  input: z.strictObject({
    path: z
      .string()
      .min(1)
      .max(1000)
      .describe(
        'Its path, e.g. in/{{ item.path }}. Writing the folder plainly lets the power be lent for that folder alone.',
      ),
  }),
  output: z
    .strictObject({ deleted: z.boolean().describe('False: there was no such file.') })
    .describe('Whether there was one.'),
  needs: (raw) => placeNeeds('write', raw['path']),
  repeatable: () => true,
  run: async ({ path }, can) => {
    const gone = await can.files.remove(path);
    return 'problem' in gone ? failed(gone.problem, gone.sent) : done({ deleted: gone.value });
  },
});

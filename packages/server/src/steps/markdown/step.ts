/** markdown: Markdown to HTML that is safe to show, and HTML to Markdown. Both are read in the jail. */

import { defineStep, done, failed, z } from '@headgate/core/step';
import { ONE_SOURCE, oneSource, readBy, textFields } from '../archive.pack/inputs.ts';
import { placeNeeds } from '../file.read/place.ts';

export const step = defineStep({
  kind: 'markdown',
  version: 1,
  title: 'Markdown and HTML',
  group: 'data',
  summary:
    'Makes HTML of Markdown, in which HTML is shown as text and links lead to the web, to letters or within the page alone; or Markdown of HTML, as people and models read it best.',
  input: z
    .strictObject({
      ...textFields('Markdown, or the HTML,', '{{ steps.answer.text }}'),
      to: z
        .enum(['html', 'markdown'])
        .optional()
        .describe('html: it is Markdown, and HTML is made of it. markdown: the other way. Left out: html.'),
    })
    .refine(oneSource, ONE_SOURCE),
  output: z.string().describe('The HTML, or the Markdown.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ text, path, from, to = 'html' }, can) => {
    const made = await readBy(can, { text, path, from }, (size) => ({ program: 'markdown', input: { size, to } }));
    return 'problem' in made ? failed(made.problem, made.sent) : done(made.value);
  },
});

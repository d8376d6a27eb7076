/**
 * form: a page at the flow's own address starts a run when somebody sent it. These are its settings; the engine judges what was
 * filled in, keeps the files, and starts the run.
 *
 * FT1 What an author sets of the look is a colour and a sign out of lists, and texts: no markup, no style, no address (GUI-06).
 */

import { defineTrigger, filePath, FORM_COLORS, formFields, type Need, normaliseFilePath, z } from '@headgate/core/step';

const folder = z
  .string()
  .max(200)
  .refine((text) => text.endsWith('/') && normaliseFilePath(text) !== undefined && filePath(`${text}a`) !== undefined, {
    message: 'a folder such as forms/: a path that ends in /',
  });

export const trigger = defineTrigger({
  kind: 'form',
  version: 1,
  title: 'Form',
  summary:
    'Starts when somebody sent a form at the flow’s own address, a page that works without script. What was filled in is the input of the run. Publishing the flow gives that address.',
  input: z.strictObject({
    title: z.string().min(1).max(200).describe('What stands above the form.'),
    intro: z.string().max(2000).optional().describe('A text below the title.'),
    fields: formFields.describe('What is to be filled in, on one page or several.'),
    who: z
      .enum(['public', 'members'])
      .optional()
      .describe('public (or left out): anybody who knows the address. members: people of the workspace, who sign in.'),
    button: z.string().min(1).max(40).optional().describe('What the last button says. Left out: Send.'),
    after: z
      .strictObject({
        text: z.string().min(1).max(2000).optional().describe('What is shown when it was sent.'),
        redirect: z
          .url({ protocol: /^https$/ })
          .max(1000)
          .optional()
          .describe('Or the page that people are led to, an https address written plainly.'),
        answer: z
          .literal(true)
          .optional()
          .describe('Or the flow’s output, once it is there: people wait up to 30 s for it.'),
      })
      .optional()
      .describe('What becomes of who sent it.'),
    folder: folder
      .optional()
      .describe('Where files go, a folder of the project, e.g. applications/. Left out: forms/.'),
    look: z
      .strictObject({
        color: z.enum(FORM_COLORS).optional().describe('The colour of buttons and of the sign.'),
        letter: z
          .string()
          .regex(/^\p{L}$/u, 'one letter')
          .optional()
          .describe('A letter in a sign beside the title.'),
      })
      .optional()
      .describe('How it looks.'),
  }),
  needs: (raw) => {
    const fields: readonly unknown[] = Array.isArray(raw['fields']) ? raw['fields'] : [];
    const takesFiles = fields.some(
      (one) => typeof one === 'object' && one !== null && Reflect.get(one, 'type') === 'file',
    );
    if (!takesFiles) return [];
    const where = typeof raw['folder'] === 'string' ? (normaliseFilePath(raw['folder']) ?? 'forms/') : 'forms/';
    const need: Need = {
      power: 'file',
      scope: `write ${where}`,
      sentence: `Keep files that people send with the form in the folder ${where}.`,
    };
    return [need];
  },
});

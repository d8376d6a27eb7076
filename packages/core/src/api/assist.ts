/**
 * The assistant of the editor: a person says in words what a flow is to do, a model that he picks answers with a proposal.
 *
 * AP1 Nothing of a proposal is done here: it goes back to who asked, who does it to his draft himself, or does not.
 * AP2 Nothing of a conversation is kept here: all that was said before comes with each turn.
 */

import { z } from 'zod';
import { editSchema } from '../flow/edit/schema.ts';
import { MODEL_NAME } from '../model/provider.ts';
import { media, route } from './route.ts';
import { byId } from './shapes.ts';

/** Messages of a conversation, characters of one, and edits of one proposal that are taken. */
const MOST_SAID = 60;
const LONGEST_SAID = 20_000;
const MOST_PROPOSED = 500;

const said = z.strictObject({
  role: z.enum(['user', 'assistant']),
  text: z.string().max(LONGEST_SAID),
  proposal: z
    .strictObject({
      became: z.enum(['open', 'applied', 'dropped']).describe('What the person did with it'),
      edits: z.array(editSchema).max(MOST_PROPOSED),
    })
    .optional()
    .describe('What the assistant proposed with this message'),
});

export const assistFlow = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/assist',
  needs: 'flow.write',
  on: 'flow',
  params: byId,
  body: z.strictObject({
    model: z
      .string()
      .max(200)
      .regex(MODEL_NAME, 'provider/model')
      .describe('The model that is asked, as steps name it'),
    said: z
      .array(said)
      .min(1)
      .max(MOST_SAID)
      .refine(
        (all) => all.at(-1)?.role === 'user' && all.at(-1)?.text !== '',
        'The last message has to be the person’s',
      )
      .describe('The conversation so far, the new message last'),
  }),
  answers: {
    200: media(
      'text/event-stream',
      'Server-sent events: `said` {text}: a piece of what the assistant says; `tool` {name, about, problem?}: a tool it used, and why not where it could not; `proposal` {revision, edits, did, problems, diff}: edits for the draft of that revision, with what the draft would lack then, and what comes, goes and changes, powers too; then `done` {rounds, tokens, money} or `problem` {problem}, and the end. Nothing is told again: who leaves ends it',
    ),
  },
  problems: ['missing', 'permission.missing', 'streams.limit', 'flow.invalid'],
  summary:
    'Ask the assistant of the editor: a model reads the draft and proposes edits; nothing is saved, needs flow.assist too',
  tags: ['flows'],
  audited: 'before',
  tells: ['model'],
});

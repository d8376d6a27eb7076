/**
 * chat: the flow answers messages. These are its settings; the engine keeps the sessions, judges who writes, and starts a run
 * for each message.
 *
 * CT1 Pages that may embed the chat are named whole, by their origins; there is no pattern.
 */

import { defineTrigger, DURATION, milliseconds, type Need, normaliseFilePath, z } from '@headgate/core/step';

const YEAR = 366 * 86_400_000;

const duration = (most: number, text: string) =>
  z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30d')
    .refine((given) => {
      const ms = milliseconds(given) ?? 0;
      return ms >= 60_000 && ms <= most;
    }, text);

const folder = z
  .string()
  .max(200)
  .refine((text) => text.endsWith('/') && normaliseFilePath(text) !== undefined, {
    message: 'a folder such as chat/: a path that ends in /',
  });

/** `https://shop.example`, with its port if it has one; `http://` on the own machine alone. */
const ORIGIN = /^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?)$/;

export const trigger = defineTrigger({
  kind: 'chat',
  version: 1,
  title: 'Chat',
  summary:
    'Starts when somebody writes a message: on the chat page of the flow, in a chat on a website, by the API, or through a client of OpenAI or Langflow. The input of the run is the message, the session it belongs to, its files, and what was said before. The flow answers with a `chat.reply` step, or else with its output.',
  input: z.strictObject({
    title: z
      .string()
      .min(1)
      .max(120)
      .optional()
      .describe('What stands above the chat. Left out: the name of the flow.'),
    greeting: z.string().min(1).max(2000).optional().describe('What the chat says first.'),
    suggestions: z
      .array(z.string().min(1).max(200))
      .max(6)
      .optional()
      .describe('Questions to begin with, to be clicked.'),
    who: z
      .enum(['public', 'members'])
      .optional()
      .describe(
        'members (or left out): people and keys that may run the flow. public: visitors too, if the flow is shared with everybody.',
      ),
    origins: z
      .array(z.string().max(200).regex(ORIGIN, 'an origin written plainly, e.g. https://shop.example'))
      .max(20)
      .optional()
      .describe('Websites whose pages may show the chat. Left out: none. Only for public chats.'),
    history: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('How many of the last messages of the session come with a message. Left out: 20.'),
    window: duration(YEAR, 'a duration from 1m to 366d')
      .optional()
      .describe('How far back they may lie, e.g. 12h. Left out: as far as the session is kept.'),
    keep: duration(YEAR, 'a duration from 1m to 366d')
      .optional()
      .describe('How long a session is kept after its last message. Left out: 30d.'),
    files: z
      .strictObject({
        kinds: z
          .array(z.string().regex(/^[a-z]+\/([a-z0-9.+-]+|\*)$/, 'a media type, e.g. image/png or image/*'))
          .min(1)
          .max(20)
          .describe('The kinds of files that may be sent, e.g. image/* or application/pdf.'),
        size: z.int().min(1).max(20).optional().describe('Megabytes of one file. Left out: 5.'),
        visitors: z
          .boolean()
          .optional()
          .describe('Visitors of a public chat may send files, too. Left out: they may not.'),
        folder: folder.optional().describe('Where they are kept, a folder of the project. Left out: chat/.'),
      })
      .optional()
      .describe('Files that may be sent with a message. Left out: none.'),
    model: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'small letters, digits, . _ and -; 64 at most')
      .optional()
      .describe('The name of the model that clients of OpenAI ask for. Left out: the flow is no model to them.'),
  }),
  needs: (raw) => {
    const { files } = raw;
    if (typeof files !== 'object' || files === null) return [];
    const given: unknown = Reflect.get(files, 'folder');
    const where = typeof given === 'string' ? (normaliseFilePath(given) ?? 'chat/') : 'chat/';
    const need: Need = {
      power: 'file',
      scope: `write ${where}`,
      sentence: `Keep files that people send in the chat in the folder ${where}.`,
    };
    return [need];
  },
});

/**
 * model.generate: asks a model for a text, or for a value in a form that is given. What it says is data: it becomes the
 * value of this step, and nothing is done because of it.
 */

import {
  closed,
  defineStep,
  done,
  failed,
  type GenerateCall,
  type ModelFile,
  type ModelMessage,
  type ModelText,
  milliseconds,
  type Outcome,
  problem,
  z,
} from '@headgate/core/step';
import { askFields, askModel, askOf, askRest, modelNeeds, usageOf } from './ask.ts';
import { filesField, readFiles } from './files.ts';
import { askForValue } from './value.ts';

const TOKENS = 4_096;
const STALL = 30_000;

const input = z
  .strictObject({
    model: askModel,
    prompt: z.string().max(2_000_000).optional().describe('What is asked. Instead of `messages`.'),
    messages: z
      .array(
        z.strictObject({
          role: z.enum(['user', 'assistant']).describe('Who said it: user, or assistant for the model.'),
          content: z.string().max(2_000_000).describe('What was said.'),
        }),
      )
      .min(1)
      .max(1_000)
      .optional()
      .describe(
        "A conversation so far, the oldest first. Instead of `prompt`. In a chat: {{ input.history.concat([{ role: 'user', content: input.message }]) }}.",
      ),
    system: z.string().max(500_000).optional().describe('Who the model is to be and by what rules it answers.'),
    files: filesField,
    temperature: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .describe('How freely it chooses its words: 0 takes the likeliest always. Left out: as the provider has it.'),
    maxTokens: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        `Tokens that may come out; so many are set aside of the budgets before it is asked. Left out: ${TOKENS}.`,
      ),
    stop: z.array(z.string().min(1).max(200)).max(4).optional().describe('Texts at which the answer ends.'),
    schema: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'JSON Schema of the value that is wanted, in the subset of a flow’s input. Left out: a text is wanted.',
      ),
    stream: z.boolean().optional().describe('Tells what is said while it is said, in events of the run.'),
    stall: askFields.timeout.describe('Longest silence in the middle of an answer that is streamed. Left out: 30s.'),
    cache: z
      .boolean()
      .optional()
      .describe(
        'The same question of this flow to the same model may be answered, for an hour, by what was answered before.',
      ),
    ...askRest,
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    error: 'either `prompt` or `messages`',
    path: ['prompt'],
  });
type Input = z.output<typeof input>;

const messagesOf = (given: Input, files: readonly ModelFile[]): readonly ModelMessage[] => {
  const said = given.messages ?? [{ role: 'user' as const, content: given.prompt ?? '' }];
  return said.map(({ role, content }, i): ModelMessage => {
    const text: ModelText = { type: 'text', text: content };
    if (role === 'assistant') return { role, content: [text] };
    return { role, content: i === said.length - 1 ? [...files, text] : [text] };
  });
};

export const step = defineStep({
  kind: 'model.generate',
  version: 1,
  title: 'Ask a model',
  group: 'model',
  summary:
    'Asks a language model and gives its text, or a value in the form that `schema` says. Pictures and files can go in. Tokens and money count for the budgets; what the model says is data and nothing is done because of it.',
  input,
  output: z
    .strictObject({
      text: z.string().describe('What it said.'),
      value: z.unknown().describe('With `schema`: the value; else null.'),
      finish: z.string().describe('Why it ended: stop, length, filter, calls or other.'),
      model: z.string().describe('The model that answered.'),
      usage: usageOf,
      cached: z.boolean().describe('It was answered before, and cost nothing.'),
    })
    .describe('The answer.'),
  needs: modelNeeds,
  metered: true,
  // Asked twice it answers twice, and costs twice; nothing else comes of it.
  repeatable: () => true,
  run: async (given, can): Promise<Outcome> => {
    const files = await readFiles(can, given.files ?? []);
    if ('problem' in files) return failed(files.problem, 'no');
    const call: GenerateCall = {
      ...askOf(given),
      messages: messagesOf(given, files.files),
      maxTokens: given.maxTokens ?? TOKENS,
      stall: given.stall === undefined ? STALL : (milliseconds(given.stall) ?? STALL),
      ...(given.system === undefined ? {} : { system: given.system }),
      ...(given.temperature === undefined ? {} : { temperature: given.temperature }),
      ...(given.stop === undefined ? {} : { stop: given.stop }),
      ...(given.stream === undefined ? {} : { stream: given.stream }),
      ...(given.cache === undefined ? {} : { cache: given.cache }),
    };
    if (given.schema !== undefined) {
      const asked = await askForValue(can, call, closed(given.schema), 0);
      if ('problem' in asked) return failed(asked.problem, asked.sent);
      const { value, text, finish, model, usage, cached } = asked;
      return done({ text, value, finish, model, usage, cached });
    }
    const answer = await can.models.generate(call);
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    const { text, finish, model, usage, cached } = answer;
    return finish === 'filter' && text === ''
      ? failed(FILTERED, 'maybe')
      : done({ text, value: null, finish, model, usage, cached });
  },
});

const FILTERED = problem('model.filtered', 'The provider answers nothing to this, by its own rules', { retry: 'no' });

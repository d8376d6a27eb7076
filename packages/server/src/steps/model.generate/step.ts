/**
 * model.generate: asks a model for a text, or for a value in a form that is given. What it says is data: it becomes the
 * value of this step, and nothing is done because of it.
 */

import {
  type Can,
  compileInput,
  defineStep,
  done,
  failed,
  type FileRef,
  fileRef,
  gather,
  type GenerateCall,
  type ModelFile,
  type ModelMessage,
  type ModelText,
  milliseconds,
  type Outcome,
  problem,
  type Problem,
  z,
} from '@headgate/core/step';
import { askFields, askOf, modelNeeds } from './ask.ts';
import { readJson } from './json.ts';

/** Bytes of one file that goes in. */
const MOST_FILE = 20 * 1024 * 1024;
const TOKENS = 4_096;
const STALL = 30_000;

const input = z
  .strictObject({
    ...askFields,
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
      .describe('A conversation so far, the oldest first. Instead of `prompt`.'),
    system: z.string().max(500_000).optional().describe('Who the model is to be and by what rules it answers.'),
    files: z
      .array(fileRef)
      .max(20)
      .optional()
      .describe(
        'Pictures, recordings or documents that go in with the last message: references, as file.read and http.request give them.',
      ),
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
      .describe('The same question to the same model may be answered, for an hour, by what was answered before.'),
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    error: 'either `prompt` or `messages`',
    path: ['prompt'],
  });
type Input = z.output<typeof input>;

const tooLarge = problem('file.size', 'A file of more than 20 MB is too large for a model', { at: { field: 'files' } });

const readFile = async (can: Can, source: FileRef): Promise<{ file: ModelFile } | { problem: Problem }> => {
  const name = source.path;
  const got = await can.files.read(source, async (file) => {
    const bytes = file.size > MOST_FILE ? undefined : await gather(file.read(), MOST_FILE);
    return { bytes, type: file.type };
  });
  if ('problem' in got) return got;
  const { bytes, type } = got.value;
  if (bytes === undefined) return { problem: tooLarge };
  return {
    file: {
      type: 'file',
      mediaType: type,
      bytes,
      ...(name === undefined ? {} : { name: name.split('/').at(-1) ?? name }),
    },
  };
};

const messagesOf = (given: Input, files: readonly ModelFile[]): readonly ModelMessage[] => {
  const said = given.messages ?? [{ role: 'user' as const, content: given.prompt ?? '' }];
  return said.map(({ role, content }, i): ModelMessage => {
    const text: ModelText = { type: 'text', text: content };
    if (role === 'assistant') return { role, content: [text] };
    return { role, content: i === said.length - 1 ? [...files, text] : [text] };
  });
};

const notAsAsked = (why: string): Problem =>
  problem('model.answer', `The model did not answer in the form that was asked for: ${why}`, {
    retry: 'yes',
    fix: 'Ask with model.extract, which lets it mend its answer once; describe the fields; or take a larger model.',
  });

const schemaFault = (first: Problem | undefined): Problem => ({
  ...problem('input.invalid', first?.text ?? 'The schema is none'),
  at: { field: (first?.at?.field ?? 'input').replace(/^input/, 'with.schema') },
});

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
      usage: z
        .strictObject({ input: z.int(), output: z.int(), cached: z.int(), money: z.int() })
        .describe('Tokens in and out, those of them the provider still had, and millionths of money.'),
      cached: z.boolean().describe('It was answered before, and cost nothing.'),
    })
    .describe('The answer.'),
  needs: modelNeeds,
  metered: true,
  // Asked twice it answers twice, and costs twice; nothing else comes of it.
  repeatable: () => true,
  run: async (given, can): Promise<Outcome> => {
    const judge = given.schema === undefined ? null : compileInput(given.schema);
    if (judge !== null && !judge.ok) return failed(schemaFault(judge.problems[0]), 'no');
    const files: ModelFile[] = [];
    for (const source of given.files ?? []) {
      const read = await readFile(can, source);
      if ('problem' in read) return failed(read.problem, 'no');
      files.push(read.file);
    }
    const call: GenerateCall = {
      ...askOf(given),
      messages: messagesOf(given, files),
      maxTokens: given.maxTokens ?? TOKENS,
      stall: given.stall === undefined ? STALL : (milliseconds(given.stall) ?? STALL),
      ...(given.system === undefined ? {} : { system: given.system }),
      ...(given.temperature === undefined ? {} : { temperature: given.temperature }),
      ...(given.stop === undefined ? {} : { stop: given.stop }),
      ...(given.schema === undefined ? {} : { schema: given.schema }),
      ...(given.stream === undefined ? {} : { stream: given.stream }),
      ...(given.cache === undefined ? {} : { cache: given.cache }),
    };
    const answer = await can.models.generate(call);
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    const { text, finish, model, usage, cached } = answer;
    if (finish === 'filter' && text === '') return failed(FILTERED, 'maybe');
    if (judge === null) return done({ text, value: null, finish, model, usage, cached });
    const read = readJson(text);
    if (read === undefined)
      return failed(
        notAsAsked(finish === 'length' ? 'it ended in the middle (`maxTokens`)' : 'it is no JSON'),
        'maybe',
      );
    const judged = judge.validate(read.value);
    if (!judged.ok)
      return failed(notAsAsked(judged.problems[0]?.text.replace(/^input/, 'the value') ?? 'it does not fit'), 'maybe');
    return done({ text, value: judged.value, finish, model, usage, cached });
  },
});

const FILTERED = problem('model.filtered', 'The provider answers nothing to this, by its own rules', { retry: 'no' });

/**
 * Asking a model for a value in a closed form: what it says is judged, and where it does not fit the model is told why and
 * may say it once more. What it then says is a value that fits, or a Problem.
 */

import {
  type Can,
  compileInput,
  type GenerateCall,
  type Generated,
  type ModelUse,
  problem,
  type Problem,
  readSaid,
} from '@headgate/core/step';

type Schema = Readonly<Record<string, unknown>>;

/** The part of `with` that a Problem of a schema is about. */
export const schemaFault = (first: Problem | undefined): Problem => ({
  ...problem('input.invalid', first?.text ?? 'The schema is none'),
  at: { field: (first?.at?.field ?? 'input').replace(/^input/, 'with.schema') },
});

export const notAsAsked = (why: string): Problem =>
  problem('model.answer', `The model did not answer in the form that was asked for: ${why}`, {
    retry: 'yes',
    fix: 'Describe the fields, ask for less at once, allow more `maxTokens`, or take a larger model.',
  });

export const sum = (a: ModelUse, b: ModelUse): ModelUse => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cached: a.cached + b.cached,
  money: a.money + b.money,
});

type Asked =
  | (Pick<Generated, 'text' | 'finish' | 'model' | 'usage' | 'cached'> & {
      readonly value: unknown;
      readonly mended: boolean;
    })
  | { readonly problem: Problem; readonly sent: 'no' | 'maybe' };

/** What is wrong with what a model said, in words that it may read. */
const faultIn = (
  text: string,
  finish: string,
  judge: (value: unknown) => { ok: boolean; problems?: readonly Problem[]; value?: unknown },
) => {
  const read = readSaid(text);
  if (read === undefined) return { why: finish === 'length' ? 'it ended in the middle' : 'it is no JSON' };
  const judged = judge(read.value);
  if (judged.ok) return { value: judged.value };
  const why = (judged.problems ?? [])
    .slice(0, 5)
    .map(({ text: one, at }) => `${(at?.field ?? 'input').replace(/^input/, 'value')}: ${one}`);
  return { why: why.join('; ') };
};

/** Asks for a value that fits the schema; `mend`: further answers it may give. */
export const askForValue = async (
  can: Pick<Can, 'models'>,
  call: GenerateCall,
  schema: Schema,
  mend: number,
): Promise<Asked> => {
  const made = compileInput(schema);
  if (!made.ok) return { problem: schemaFault(made.problems[0]), sent: 'no' };
  let { messages } = call;
  let usage: ModelUse = { input: 0, output: 0, cached: 0, money: 0 };
  for (let turn = 0; ; turn += 1) {
    const answer = await can.models.generate({ ...call, messages, schema });
    if ('problem' in answer) return answer;
    usage = sum(usage, answer.usage);
    const found = faultIn(answer.text, answer.finish, made.validate);
    if (found.why === undefined) {
      const { text, finish, model, cached } = answer;
      return { text, finish, model, cached, usage, value: found.value, mended: turn > 0 };
    }
    if (turn >= mend) return { problem: notAsAsked(found.why), sent: 'maybe' };
    messages = [
      ...messages,
      { role: 'assistant', content: [{ type: 'text', text: answer.text }] },
      {
        role: 'user',
        content: [{ type: 'text', text: `That does not fit: ${found.why}. Answer again, with the JSON alone.` }],
      },
    ];
  }
};

/** A text of somebody else inside a question: told apart from what is asked, which a model may or may not heed. */
export const quoted = (text: string): string => `<text>\n${text.replaceAll('</text>', '<\\/text>')}\n</text>`;

/**
 * Who is measured. All serve the same three flows on loopback, take the same bodies and give the same answers:
 *
 * (a) `{"name": …}` → a text made of it → `{"text": …}`: one step between question and answer.
 * (b) `{"text": a JSON list of 1,000 numbers}` → code that parses and adds them → `{"sum": …}`.
 * (c) `{"n": …}` → twenty steps, each reading the one before → `{"n": …}`.
 */

export type FlowName = 'a' | 'b' | 'c';
export const FLOWS: readonly FlowName[] = ['a', 'b', 'c'];

export type Contender = {
  readonly name: string;
  readonly version: string;
  /** What it keeps of a run, for the table. */
  readonly history: string;
  readonly pid: number;
  readonly url: (flow: FlowName) => string;
  readonly stop: () => Promise<void>;
};

export const SETS = 20;

const NUMBERS = Array.from({ length: 1_000 }, (_, i) => i * 7);

export const BODY: Readonly<Record<FlowName, Readonly<Record<string, unknown>>>> = {
  a: { name: 'Ann' },
  b: { text: JSON.stringify(NUMBERS) },
  c: { n: 7 },
};
export const ANSWER: Readonly<Record<FlowName, string>> = { a: '{"text":"Ann"}', b: '{"sum":3496500}', c: '{"n":7}' };

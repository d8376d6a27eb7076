/**
 * Who is measured. All serve the same two flows on loopback, take the same bodies and give the same answers:
 *
 * (a) `{"name": …}` → a text made of it → `{"text": …}`: one step between question and answer.
 * (c) `{"n": …}` → twenty steps, each reading the one before → `{"n": …}`.
 */

export type FlowName = 'a' | 'c';

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

export const BODY: Readonly<Record<FlowName, Readonly<Record<string, unknown>>>> = { a: { name: 'Ann' }, c: { n: 7 } };
export const ANSWER: Readonly<Record<FlowName, string>> = { a: '{"text":"Ann"}', c: '{"n":7}' };

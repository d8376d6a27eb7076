import type { ChatEvent } from '@headgate/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Aloud } from '../aloud.ts';
import { readAlong } from './along.ts';

type Said = { readonly at: number; readonly text: string };

/** A journal that tells of what was said when it is told to. */
const journal = () => {
  const events: ChatEvent[] = [];
  let wake: () => void = () => undefined;
  let seq = 0;
  const put = (event: Record<string, unknown>): void => {
    seq += 1;
    events.push({ seq, ...event } as ChatEvent);
    wake();
  };
  const kept = (async function* (): AsyncGenerator<ChatEvent> {
    for (;;) {
      for (let one = events.shift(); one !== undefined; one = events.shift()) {
        yield one;
        if (one.type !== 'said') return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  })();
  return { put, kept };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What somebody reads who is told of these, after each of them. */
const reads = (events: readonly Said[]): string[] => {
  let text = '';
  return events.map((event) => (text = text.slice(0, event.at) + event.text));
};

const listening = (run = 'r') => {
  const aloud = new Aloud();
  const { put, kept } = journal();
  const told: ChatEvent[] = [];
  const along = readAlong({ aloud, run, speakers: new Set(['answer']) }, kept, 7);
  const over = (async () => {
    for await (const event of along) told.push(event);
  })();
  const say = (at: number, text: string, of: { run?: string; step?: string; item?: number[] } = {}): void =>
    aloud.say(of.run ?? 'r', { step: of.step ?? 'answer', item: of.item ?? [], text, at });
  const said = () => told.filter((event) => event.type === 'said');
  return { put, say, told, said, over };
};

test('AG1 words are told when they are said, once, and the journal repeats none of them', async () => {
  const { put, say, told, said, over } = listening();
  await turn();
  say(0, 'Hel');
  say(3, 'lo ');
  await turn();
  expect(reads(said()).at(-1)).toBe('Hello ');
  put({ type: 'said', at: 0, text: 'Hello ' });
  say(6, 'you');
  await turn();
  expect(said().map(({ at, text }) => [at, text])).toEqual([
    [0, 'Hel'],
    [3, 'lo '],
    [6, 'you'],
  ]);
  put({ type: 'reply', text: 'Hello you' });
  await over;
  expect(told.at(-1)).toMatchObject({ type: 'reply', text: 'Hello you' });
});

test('AG2 a word has the number of the event of the journal before it', async () => {
  const { put, say, said, over } = listening();
  await turn();
  say(0, 'a');
  await turn();
  put({ type: 'said', at: 0, text: 'a' });
  await turn();
  say(1, 'b');
  await turn();
  expect(said().map(({ seq }) => seq)).toEqual([7, 1]);
  put({ type: 'reply', text: 'ab' });
  await over;
});

test('AL1 words of another run, of a step that is not the answer, and of a step within a block are told to nobody', async () => {
  const { put, say, told, over } = listening();
  await turn();
  say(0, 'x', { run: 'other' });
  say(0, 'x', { step: 'thinks' });
  say(0, 'x', { item: [0] });
  await turn();
  put({ type: 'failed', problem: { code: 'x', text: 'x' } });
  await over;
  expect(told.map(({ type }) => type)).toEqual(['failed']);
});

test('a model that is asked anew begins anew, whatever was said aloud before', async () => {
  const { put, say, said, over } = listening();
  await turn();
  say(0, 'I think that');
  say(0, 'We');
  await turn();
  expect(reads(said()).at(-1)).toBe('We');
  put({ type: 'said', at: 0, text: 'Wednesday' });
  await turn();
  expect(reads(said()).at(-1)).toBe('Wednesday');
  put({ type: 'reply', text: 'Wednesday' });
  await over;
});

test('whoever comes late, and however the journal lags behind, reads a beginning of the answer at all times, and all of it', async () => {
  const pieces = fc.array(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      pieces,
      fc.nat(12),
      fc.infiniteStream(fc.nat(3)),
      fc.infiniteStream(fc.boolean()),
      async (all, late, lags, rests) => {
        const whole = all.join('');
        const aloud = new Aloud();
        const { put, kept } = journal();
        // The journal has them some at a time, each when its turn comes.
        const waits: { at: number; text: string; after: number }[] = [];
        let held = '';
        let from = 0;
        const told: ChatEvent[] = [];
        let over: Promise<void> | null = null;
        const open = (): void => {
          over ??= (async () => {
            for await (const event of readAlong({ aloud, run: 'r', speakers: new Set(['answer']) }, kept, 0))
              told.push(event);
          })();
        };
        const keep = (n: number): void => {
          for (let next = waits[0]; next !== undefined && next.after <= n; next = waits[0]) {
            waits.shift();
            put({ type: 'said', at: next.at, text: next.text });
          }
        };
        for (const [n, text] of all.entries()) {
          if (n >= late) open();
          await turn();
          aloud.say('r', { step: 'answer', item: [], text, at: from + held.length });
          held += text;
          if (rests.next().value === true) {
            waits.push({ at: from, text: held, after: n + lags.next().value });
            from += held.length;
            held = '';
          }
          keep(n);
        }
        open();
        if (held !== '') waits.push({ at: from, text: held, after: 0 });
        await turn();
        keep(Number.POSITIVE_INFINITY);
        put({ type: 'reply', text: whole });
        await over;
        const texts = reads(told.filter((event) => event.type === 'said'));
        for (const text of texts) expect(whole.startsWith(text)).toBe(true);
        expect(texts.at(-1)).toBe(whole);
      },
    ),
    { numRuns: 200 },
  );
});

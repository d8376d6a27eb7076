import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Matcher } from './match.ts';

const SECRET = 'canary-9b1f6a70c4e25d38-Zq';
const guard = new Matcher([{ name: 'canary', value: SECRET }]);
let seq = 0;
const event = (text: string, more: object = {}, type = 'delta'): string =>
  `id: ${++seq}\nevent: ${type}\ndata: ${JSON.stringify({ type, step: 'a', ...more, data: { text } })}\n\n`;

const through = (frames: readonly string[]): readonly string[] => {
  const open = guard.frames();
  return [...frames.map((one) => open.push(one)), open.end()].filter((one) => one !== '');
};
/** The texts of events, put together. */
const textOf = (sent: readonly string[]): string =>
  [...sent.join('').matchAll(/^data: (.*)$/gm)]
    .map(([, data]) => (JSON.parse(data ?? '') as { data: { text: string } }).data.text)
    .join('');

describe('SEC-02 a value that is cut over frames is caught', () => {
  test('over two events', () => {
    for (let at = 8; at < SECRET.length; at++) {
      const sent = through([event(`say ${SECRET.slice(0, at)}`), event(`${SECRET.slice(at)} now`)]);
      expect(textOf(sent)).toBe('say [secret canary] now');
      expect(sent.join('').match(/^id: /gm)).toHaveLength(2);
    }
  });

  test('over one event a character, all but what shows nothing', () => {
    const sent = through(Array.from(`say ${SECRET} now`, (c) => event(c)));
    expect(textOf(sent)).toBe(`say ${SECRET.slice(0, 7)}[secret canary] now`);
  });

  test('over messages of a socket, and a key over them', () => {
    expect(through([`say ${SECRET.slice(0, 12)}`, SECRET.slice(12, 20), `${SECRET.slice(20)} now`]).join('')).toBe(
      'say [secret canary] now',
    );
    const key = `ghp_${'aB3dE5fG7h'.repeat(4)}`;
    expect(through([`say ${key.slice(0, 20)}`, `${key.slice(20)} now`]).join('')).toBe('say [key github] now');
  });

  test('whole in one event, and in a comment', () => {
    expect(textOf(through([event(`say ${SECRET} now`)]))).toBe('say [secret canary] now');
    expect(through([`: ${SECRET}\n\n`])).toEqual([': [secret canary]\n\n']);
  });

  test('twin: texts of two steps are two texts', () => {
    const frames = [event(SECRET.slice(0, 12)), event(SECRET.slice(12), { step: 'b' })];
    expect(through(frames).join('')).toBe(frames.join(''));
  });
});

test('FR2 what hides nothing leaves at once, as it came', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.jsonValue(), fc.constantFrom('delta', 'done')), { maxLength: 10 }), (values) => {
      const open = guard.frames();
      for (const [value, type] of values) {
        const frame = `id: 1\nevent: ${type}\ndata: ${JSON.stringify({ type, data: value })}\n\n`;
        expect(open.push(frame)).toBe(frame);
      }
      expect(open.end()).toBe('');
    }),
  );
});

test('FR3 a word of the house stands aside in its own field, and is somebody’s text anywhere else', () => {
  const strict = new Matcher([{ name: 'word', value: 'response.created' }]);
  const beside = {
    stands: (name: string, text: string) => name === 'type' && text === 'response.created',
    hide: (frame: string, hide: (text: string) => string) =>
      hide(frame.replace('"type":"response.created"', '"type":"~"')).replace('"type":"~"', '"type":"response.created"'),
  };
  const frame = (text: string): string => `data: ${JSON.stringify({ type: 'response.created', data: { text } })}\n\n`;
  const open = strict.frames(undefined, beside);
  expect(open.push(frame('nothing of it'))).toBe(frame('nothing of it'));
  expect(open.push(frame('it says response.created now'))).toBe(frame('it says [secret word] now'));
  expect(open.push(frame('response.cre')) + open.push(frame('ated!'))).toBe(frame('[secret word]') + frame('!'));
});

test('FR4 whatever comes many times, a value that is cut over texts is hidden, and nothing else', () => {
  // Two of its pieces, one after the other, are already more than may be shown.
  const value = 'abcdeabcde-9b1f6a70c4e25d38';
  const abc = new Matcher([{ name: 'abc', value }]);
  const whole = [
    'abcde',
    'abcdeabcde',
    'abcdeabcde-9b1',
    'say abcdeabcde-9b1',
    '-9b1f6a70c4e25d38',
    'f6a70c4e25d38 now',
  ];
  // The end of one and the beginning of the next.
  const pieces = [...whole, '-9b1f6a70c4e25d38 abcdeabcde', 'f6a70c4e25d38 abcdeabcde-9b1', 'x', ''];
  const repeated = fc.tuple(fc.constantFrom(...pieces), fc.integer({ min: 1, max: 6 }));
  fc.assert(
    fc.property(fc.array(repeated, { minLength: 1, maxLength: 8 }), (runs) => {
      const texts = runs.flatMap(([text, times]) => Array.from({ length: times }, () => text));
      const open = abc.frames();
      const made = textOf([...texts.map((one) => open.push(event(one))), open.end()]);
      // No piece holds a sign that means something in a pattern.
      const between = texts.join('').split(value);
      expect(made).toMatch(new RegExp(`^${between.join('.{0,7}\\[secret abc\\]')}$`));
    }),
    { numRuns: 1_000 },
  );
});

test('FR1 a frame that may be the beginning of something waits for the next one, and not longer than for 256', () => {
  const open = guard.frames();
  const first = event(SECRET.slice(0, 12));
  expect(open.push(first)).toBe('');
  const second = event('nothing of it');
  expect(open.push(second)).toBe(first + second);
  const begun = Array.from({ length: 257 }, (_, i) => event(SECRET.slice(0, 12), { step: `s${i}` }));
  expect(begun.map((one) => open.push(one)).filter((one) => one !== '')).toEqual([begun[0]]);
  expect(open.end()).toBe(begun.slice(1).join(''));
});

test('however a text is cut into events, what is put together holds no more of a secret than seven characters', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 30 }), (sizes) => {
      const text = `before ${SECRET} between ${SECRET} after`;
      const pieces: string[] = [];
      for (let at = 0, i = 0; at < text.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        pieces.push(text.slice(at, at + size));
        at += size;
      }
      const made = textOf(through(pieces.map((one) => event(one))));
      expect(made).toMatch(/^before .{0,7}\[secret canary\] between .{0,7}\[secret canary\] after$/);
    }),
  );
});

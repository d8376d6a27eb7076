import { expect, test } from 'vitest';
import { problem } from '@headgate/core';
import type { BodySink } from '../egress/door.ts';
import { countedSink, FileRefused } from './fetched.ts';

const made = (): { sink: BodySink; kept: () => number; aborted: () => boolean } => {
  let kept = 0;
  let aborted = false;
  return {
    kept: () => kept,
    aborted: () => aborted,
    sink: {
      write: (chunk) => void (kept += chunk.length),
      end: () => Promise.resolve({ id: 'b', size: kept }),
      abort: () => Promise.resolve(void (aborted = true)),
    },
  };
};
const room = (): null => null;
const code = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof FileRefused ? error.problem.code : 'another error';
  }
  return 'let in';
};

test('DOS-09 what the calls of a run fetch is counted together, and the first chunk too many is refused before it is written', async () => {
  const live = { fetched: 0 };
  const [a, b] = [made(), made()];
  const first = countedSink(() => a.sink, live, 100, room);
  await first.write(Buffer.alloc(60));
  expect(await first.end()).toEqual({ id: 'b', size: 60 });
  const second = countedSink(() => b.sink, live, 100, room);
  await second.write(Buffer.alloc(40));
  expect(code(() => second.write(Buffer.alloc(1)))).toBe('run.too_large');
  expect([live.fetched, b.kept()]).toEqual([100, 40]);
});

test('what was broken off is not kept, so it does not count', async () => {
  const live = { fetched: 10 };
  const one = made();
  const sink = countedSink(() => one.sink, live, 100, room);
  await sink.write(Buffer.alloc(80));
  await sink.abort();
  expect([live.fetched, one.aborted()]).toEqual([10, true]);
});

test('a disk that fills up meanwhile breaks a body off, and opens no file for the next', async () => {
  const full = problem('disk.full', 'nearly full');
  let there = true;
  let opened = 0;
  const one = made();
  const open = (): BodySink => {
    opened += 1;
    return one.sink;
  };
  const sink = countedSink(open, { fetched: 0 }, 100, () => (there ? null : full));
  await sink.write(Buffer.alloc(5));
  there = false;
  expect(code(() => sink.write(Buffer.alloc(5)))).toBe('disk.full');
  expect(code(() => countedSink(open, { fetched: 0 }, 100, () => full))).toBe('disk.full');
  expect([opened, one.kept()]).toEqual([1, 5]);
});

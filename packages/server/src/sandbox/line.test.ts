import { expect, test } from 'vitest';
import { Line } from './line.ts';
import { jobOf } from './testing/jobs.ts';

const one = (domain: string, party: string, name: string) => ({ name, job: jobOf('x', { domain, party }) });
const all = () => true;

test('DOS-08 domains have their turns, and their parties theirs, whoever came with how many', () => {
  const line = new Line<ReturnType<typeof one>>();
  for (let i = 0; i < 4; i += 1) line.add(one('a', 'busy', `busy${i}`));
  line.add(one('a', 'quiet', 'quiet'));
  line.add(one('b', 'other', 'other'));
  const names = Array.from({ length: 6 }, () => line.next(all)?.name);
  expect(names).toEqual(['busy0', 'other', 'quiet', 'busy1', 'busy2', 'busy3']);
  expect(line.next(all)).toBeUndefined();
  expect(line.length).toBe(0);
});

test('who may not go on is passed over and keeps the place; who is taken out is gone', () => {
  const line = new Line<ReturnType<typeof one>>();
  const [first, second, third] = [one('a', 'f', 'first'), one('a', 'f', 'second'), one('b', 'f', 'third')];
  for (const each of [first, second, third]) line.add(each);
  expect(line.next((domain) => domain !== 'a')).toBe(third);
  expect(line.remove(first)).toBe(true);
  expect(line.remove(first)).toBe(false);
  expect(line.take(all)).toEqual([second]);
  expect(line.length).toBe(0);
});

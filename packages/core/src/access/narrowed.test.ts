import { expect, test } from 'vitest';
import type { Need } from '../step/define.ts';
import { narrowedNeeds } from './narrowed.ts';
import { lentByTyping } from './needs.ts';

const any: Need = { power: 'net', scope: '* *:*', computed: true, sentence: 'Call any address.' };
const code: Need = { power: 'code', scope: 'js', sentence: 'Run code.' };
const asked = (needs: readonly Need[], narrow?: readonly string[]): string[] =>
  narrowedNeeds(needs, narrow).map(({ power, scope }) => `${power}: ${scope}`);

test('what only running tells is asked for as far as the step says it goes, and always asks', () => {
  const narrow = ['net: GET,POST api.example.com', 'net: GET *.example.com:8443'];
  const needs = narrowedNeeds([code, any], narrow);
  expect(needs.map(({ power, scope }) => `${power}: ${scope}`)).toEqual([
    'code: js',
    'net: GET,POST api.example.com:443',
    'net: GET *.example.com:8443',
  ]);
  expect(needs.slice(1).map((need) => [need.computed, lentByTyping(need)])).toEqual([
    [true, false],
    [true, false],
  ]);
  expect(needs[1]?.sentence).toContain('api.example.com');
  expect(asked([code, any])).toEqual(['code: js', 'net: * *:*']);
  expect(asked([code, any], [])).toEqual(['code: js', 'net: * *:*']);
});

test('NR1 narrowing never asks for more than the step needs, nor for less than it writes down', () => {
  const literal: Need = { power: 'net', scope: 'GET a.com:443', sentence: '' };
  const read: Need = { power: 'net', scope: 'GET *:*', computed: true, sentence: '' };
  expect(asked([literal], ['net: GET b.com'])).toEqual(['net: GET a.com:443']);
  expect(asked([read], ['net: * a.com'])).toEqual(['net: GET *:*']);
  expect(asked([read], ['net: GET a.com', 'net: POST b.com'])).toEqual(['net: GET *:*']);
  expect(asked([read], ['file: read invoices/', 'no power'])).toEqual(['net: GET *:*']);
});

test('a host that code names plainly is asked for by the methods that the step says, and as lent by typing as before', () => {
  const plain: Need = { power: 'net', scope: '* api.example.com:443', sentence: '' };
  expect(asked([code, plain], ['net: GET api.example.com'])).toEqual(['code: js', 'net: GET api.example.com:443']);
  expect(narrowedNeeds([code, plain], ['net: GET api.example.com']).map(lentByTyping)).toEqual(
    narrowedNeeds([code, plain], undefined).map(lentByTyping),
  );
  // Another host, or more than the one, is no narrower question.
  expect(asked([plain], ['net: GET other.example.com'])).toEqual(['net: * api.example.com:443']);
  expect(asked([plain], ['net: GET *'])).toEqual(['net: * api.example.com:443']);
});

test('a secret that code has filled into its calls is asked for where the step names it, and nowhere else', () => {
  const narrow = ['net: GET a.com', 'secret: use github for https://a.com', 'secret: read other'];
  expect(asked([code, any], narrow)).toEqual([
    'code: js',
    'net: GET a.com:443',
    'secret: use github for https://a.com',
  ]);
  expect(asked([code], narrow)).toEqual(['code: js']);
  expect(asked([any], narrow)).toEqual(['net: GET a.com:443']);
  const seen: Need = { power: 'secret', scope: `read other for code ${'0'.repeat(64)}`, sentence: '' };
  expect(asked([code, seen], narrow)).toEqual(['code: js', `secret: ${seen.scope}`]);
});

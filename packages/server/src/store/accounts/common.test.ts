import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { isCommon } from './common.ts';

const list = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@zxcvbn-ts/language-common/src/passwords.json'), 'utf8'),
) as string[];

test('the list is there, and holds more of ten signs and more than anybody asks for', () => {
  expect(list.length).toBeGreaterThan(40_000);
  expect(list.filter((one) => one.length >= 10).length).toBeGreaterThan(1_500);
});

test('what is on the list is common, and so is a word of it with a few digits about it', async () => {
  for (const password of [
    '1q2w3e4r5t6y',
    'Dragon-2024',
    '1234dragon',
    'Liverpool1!',
    'p r i n c e s s 12',
    'QWERTYUIOP!!',
  ])
    expect([password, await isCommon(password)]).toEqual([password, true]);
});

test('what is long and new is not', async () => {
  for (const password of [
    'correct horse battery',
    'a long password of my own',
    'Zrq-81-vbn-lumen',
    'dragon 20242 keeper',
    '漢字の長い合言葉です',
  ])
    expect([password, await isCommon(password)]).toEqual([password, false]);
});

import { readFileSync } from 'node:fs';
import { readService, servicesOf } from '@headgate/core';
import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const read = readService(JSON.parse(readFileSync(`${import.meta.dirname}/../../../services/slack.json`, 'utf8')));
if (!read.ok) throw new Error('slack');
const known = trigger.withServices?.(servicesOf([read.service]));

test('it asks for what its operation touches, and for everything when the service is not known', () => {
  const slack = { service: 'slack', trigger: 'new_message', secret: 'slack', input: { channel: 'C1' } };
  expect(known?.needs?.(slack).map(({ power, scope }) => `${power}: ${scope}`)).toEqual([
    'net: GET slack.com:443/api/conversations.history',
    'secret: use slack for https://slack.com',
  ]);
  expect(trigger.needs?.(slack)).toMatchObject([{ scope: '* *:*', computed: true }]);
});

test('it is asked no more often than every ten seconds, and at least once a day', () => {
  const fits = (every: string) => trigger.input.safeParse({ service: 'slack', trigger: 'x', every }).success;
  expect(['10s', '1m', '1d'].map(fits)).toEqual([true, true, true]);
  expect(['9s', '1ms', '2d', 'often'].map(fits)).toEqual([false, false, false, false]);
});

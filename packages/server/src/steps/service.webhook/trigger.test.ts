import { readFileSync } from 'node:fs';
import { readService, servicesOf } from '@headgate/core';
import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const fits = (settings: unknown): boolean => trigger.input.safeParse(settings).success;
const github = { service: 'github', trigger: 'event', signing: 'hook' };

test('a service, a trigger of it and the secret it signs by are named, and kinds of events may be', () => {
  expect(fits(github)).toBe(true);
  expect(fits({ ...github, events: ['push', 'issues.opened'] })).toBe(true);
});

test('nothing is called for without a signature, and what is unknown is refused', () => {
  expect(fits({ service: 'github', trigger: 'event' })).toBe(false);
  expect(fits({ ...github, signing: '{{ vars.hook }}' })).toBe(false);
  expect(fits({ ...github, events: [] })).toBe(false);
  expect(fits({ ...github, answer: 'sync' })).toBe(false);
});

test('to enter its address it asks for the operations of the service that do it, and for both secrets there; else for nothing', () => {
  const read = readService(JSON.parse(readFileSync(`${import.meta.dirname}/../../../services/github.json`, 'utf8')));
  const known = trigger.withServices?.(servicesOf(read.ok ? [read.service] : []));
  const register = { secret: 'github', input: { owner: 'acme', repo: 'app' } };
  expect(known?.needs?.({ ...github, register }).map(({ power, scope }) => `${power}: ${scope}`)).toEqual([
    'net: POST api.github.com:443/repos/acme/app/hooks',
    'secret: use github for https://api.github.com',
    'net: DELETE api.github.com:443/repos/acme/app/hooks/',
    'net: GET api.github.com:443/repos/acme/app/hooks',
    'secret: use hook for https://api.github.com',
  ]);
  expect(known?.needs?.(github)).toEqual([]);
  expect(fits({ ...github, register: { ...register, more: 1 } })).toBe(false);
});

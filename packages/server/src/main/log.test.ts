import { Matcher } from '@headgate/core';
import { expect, test } from 'vitest';
import { readSettings } from './config.ts';
import { openLog } from './log.ts';

const value = 'canary-9b1f6a70c4e25d38-Zq';
const guard = new Matcher([{ name: 'canary', value }]);

test('SEC-07 SEC-08 a secret is in no line, at no level, in a message, a field or a stack', () => {
  const lines: string[] = [];
  const { log, guardWith } = openLog({ level: 'trace' }, { write: (line) => lines.push(line) });
  guardWith(guard);
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)
    log[level]({ err: new Error(`it was ${value}`), field: { deep: [Buffer.from(value).toString('base64')] } }, value);
  expect(lines).toHaveLength(6);
  expect(lines.join('')).not.toContain(value.slice(2, -2));
  expect(lines.join('')).not.toContain(Buffer.from(value).toString('base64').slice(2, -4));
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ msg: '[secret canary]' });
});

test('SEC-08 no setting turns the guard off: names that would are not known, and stop the start', () => {
  for (const name of [
    'HEADGATE_GUARD',
    'HEADGATE_REDACT',
    'HEADGATE_LOG_SENSITIVE',
    'HEADGATE_LOG_LEVEL',
    'HEADGATE_DEBUG',
  ])
    for (const set of ['false', 'true', 'off', '0', 'trace'])
      expect(readSettings({ HOME: '/home/x', [name]: set }), `${name}=${set}`).toMatchObject({
        problems: [{ text: expect.stringContaining(name) }],
      });
});

test('LG1 what is logged before there is a guard waits for it', () => {
  const lines: string[] = [];
  const { log, guardWith } = openLog({}, { write: (line) => lines.push(line) });
  log.info(`early ${value}`);
  expect(lines).toEqual([]);
  guardWith(guard);
  log.info('late');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['early [secret canary]', 'late']);
});

test('LG1 without a guard that knows more, keys are still hidden by their shape', () => {
  const lines: string[] = [];
  const { log, guardWith } = openLog({}, { write: (line) => lines.push(line) });
  log.info('with AKIAQ3EGXAMPLE2A4B5C');
  guardWith(null);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['with [key aws]']);
});

import { expect, test } from 'vitest';
import { readService } from '../../service/judge.ts';
import { servicesOf } from '../../service/manifest.ts';
import { checkService } from './services.ts';
import { Findings } from './findings.ts';

const text = { type: 'string' };
const read = readService({
  service: 1,
  name: 'slack',
  title: 'Slack',
  summary: 'Chat.',
  auth: { kind: 'bearer' },
  base: 'https://slack.com/api',
  operations: [
    {
      id: 'send_message',
      title: 'send a message',
      summary: 'Sends.',
      method: 'POST',
      path: '/chat.postMessage',
      input: {
        channel: { in: 'body', required: true, schema: text },
        text: { in: 'body', schema: text },
        blocks: { in: 'body', schema: { type: 'array', items: { type: 'object' } } },
      },
    },
  ],
});
if (!read.ok) throw new Error('manifest');
const services = servicesOf([read.service]);

const find = (value: Record<string, unknown>) => {
  const findings = new Findings();
  checkService({ value, place: (field) => ({ step: 'tell', field }) }, services, findings);
  const { problems, warnings } = findings.done();
  return [...problems, ...warnings].map(({ code, at, fix }) => [code, at?.field, ...(fix === undefined ? [] : [fix])]);
};
const use = { service: 'slack', operation: 'send_message', secret: 'slack' };

test('a use that fits has nothing to be said of, expressions included', () => {
  expect(find({ ...use, input: { channel: 'C1', text: 'Hi' } })).toEqual([]);
  expect(find({ ...use, input: { channel: '{{ input.c }}', blocks: '{{ input.b }}', text: null } })).toEqual([]);
});

test('what is unknown, missing or of another kind is said at its field', () => {
  expect(find({ ...use, service: 'slak' })).toEqual([['service.unknown', 'with.service', 'Did you mean slack?']]);
  expect(find({ ...use, operation: 'send_mesage' })).toEqual([
    ['service.unknown', 'with.operation', 'Did you mean send_message?'],
  ]);
  expect(find({ ...use, input: { text: 'Hi' } })).toEqual([['service.input', 'with.input.channel']]);
  expect(find({ ...use, input: { channel: 'C1', txt: 'Hi' } })).toEqual([
    ['service.input', 'with.input.txt', 'Did you mean text?'],
  ]);
  expect(find({ ...use, input: { channel: 7 } })).toEqual([['service.input', 'with.input.channel']]);
  expect(find({ ...use, input: { channel: 'C1', blocks: [1] } })).toEqual([['service.input', 'with.input.blocks[0]']]);
});

test('a service that has to know who calls needs a secret, and `most` means nothing without pages', () => {
  expect(find({ service: 'slack', operation: 'send_message', input: { channel: 'C1' } })).toEqual([
    ['service.secret', 'with.secret'],
  ]);
  expect(find({ ...use, input: { channel: 'C1' }, most: 5 })).toEqual([['service.input', 'with.most']]);
});

import { expect, test } from 'vitest';
import { operationsFound, sentenceFor, triggersFound } from './operations.ts';

const service = (name: string, title: string, operations: readonly (readonly [string, string])[]) => ({
  name,
  title,
  summary: '',
  auth: 'bearer' as const,
  own: false,
  operations: operations.map(([id, does]) => ({ id, title: does, method: 'POST' })),
  triggers: [],
});
const services = [
  service('slack', 'Slack', [
    ['send_message', 'send a message'],
    ['react', 'add a reaction'],
  ]),
  service('telegram', 'Telegram', [['send_message', 'send a message']]),
];
const keys = (search: string) => operationsFound(services, search).map(({ key }) => key);

test('an operation is found by every word of its sentence or id, in any order', () => {
  expect(keys('send mess')).toEqual(['slack/send_message', 'telegram/send_message']);
  expect(keys('message slack')).toEqual(['slack/send_message']);
  expect(keys('slack: add')).toEqual(['slack/react']);
  expect(keys('send_message')).toHaveLength(2);
  expect(keys('nothing')).toEqual([]);
});

test('those whose sentence begins with the search come first, and there is an end to the list', () => {
  expect(keys('telegram')[0]).toBe('telegram/send_message');
  expect(keys('')).toHaveLength(3);
  const many = [
    service(
      'a',
      'A',
      Array.from({ length: 100 }, (_, i) => [`op${i}`, `do ${i}`] as const),
    ),
  ];
  expect(operationsFound(many, '')).toHaveLength(40);
  expect(sentenceFor('Slack', 'send a message')).toBe('Slack: send a message');
});

test('what a service waits for is found by its words or its id, with the kind of trigger that waits for it', () => {
  const github = {
    ...service('github', 'GitHub', [['create_issue', 'open an issue']]),
    triggers: [
      { id: 'new_issue', title: 'when an issue is opened', kind: 'poll' as const },
      { id: 'event', title: 'when something happens', kind: 'webhook' as const },
    ],
  };
  const of = (search: string) =>
    triggersFound([...services, github], search).map(({ kind, trigger }) => [kind, trigger]);
  expect(of('new github issue')).toEqual([['service.trigger@1', 'new_issue']]);
  expect(of('github something')).toEqual([['service.webhook@1', 'event']]);
  expect(of('slack')).toEqual([]);
});

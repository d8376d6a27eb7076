import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const plain = { host: 'hub.example.com', topic: 'house/light', payload: { on: true } };
const sent: unknown[] = [];
const refuse = () => Promise.reject(new Error('not this one'));
const publish = (message: unknown) => {
  sent.push(message);
  return Promise.resolve({ value: null });
};
const outcome = async (more: object) =>
  (await trial(step, { ...plain, ...more }, { databases: { publish, sql: refuse, sqlite: refuse, redis: refuse } }))
    .outcome;

test('a text is sent as it is, any other value as JSON, base64 as its bytes', async () => {
  await outcome({});
  await outcome({ payload: 'é', qos: 0, retain: true });
  await outcome({ payload: 'AP8Q', base64: true });
  const text = (of: string) => new TextEncoder().encode(of);
  expect(sent).toMatchObject([
    { port: 8883, tls: true, topic: 'house/light', payload: text('{"on":true}'), qos: 1, retain: false },
    { payload: text('é'), qos: 0, retain: true },
    { payload: Uint8Array.of(0, 255, 16) },
  ]);
});

test('a topic is one topic, and does not lead out of the prefix', async () => {
  const before = sent.length;
  for (const topic of ['house/+', '#', '$SYS/x', 'house/\u0000', 'garden/light'])
    expect(await outcome({ topic, prefix: 'house/' })).toMatchObject({
      problem: { code: 'database.topic' },
      sent: 'no',
    });
  expect(await outcome({ payload: 'no base64!', base64: true })).toMatchObject({ problem: { code: 'database.size' } });
  expect(sent.length).toBe(before);
  expect(await outcome({ topic: 'house/a/b', prefix: 'house/' })).toMatchObject({ kind: 'done' });
});

test('it asks for the broker and the secret, and is not repeated by itself', () => {
  expect((step.needs?.({ ...plain, secret: 'hub' }) ?? []).map(({ power, scope }) => `${power}: ${scope}`)).toEqual([
    'net: TCP hub.example.com:8883',
    'secret: use hub for mqtt://hub.example.com:8883',
  ]);
  expect(step.repeatable?.(plain as never)).toBe(false);
});

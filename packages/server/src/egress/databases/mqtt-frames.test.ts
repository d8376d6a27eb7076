import mqtt from 'mqtt-packet';
import { expect, test } from 'vitest';
import { type Frame, Frames, LARGEST_PACKET } from './mqtt-frames.ts';

const message = (topic: string, size: number, qos: 0 | 1 = 1): Buffer =>
  mqtt.generate({
    cmd: 'publish',
    topic,
    payload: Buffer.alloc(size, 1),
    qos,
    messageId: 7,
    retain: true,
    dup: qos === 1,
  });

const told = (frame: Frame): unknown => ('whole' in frame ? frame.whole.length : frame);

/** All of it in pieces of so many bytes. */
const cut = (all: Buffer, size: number): readonly unknown[] => {
  const frames = new Frames();
  const found: unknown[] = [];
  for (let at = 0; at < all.length; at += size) {
    const some = frames.push(all.subarray(at, at + size));
    if (some === null) return [...found, null];
    found.push(...some.map(told));
  }
  return found;
};

test.each([1, 2, 3, 7, 1_000, 65_536, 5_000_000])('packets end where they end, in pieces of %i bytes', (size) => {
  const small = [message('a', 3), mqtt.generate({ cmd: 'pingresp' }), message('b', 200)];
  const large = message('a/large', size < 3 ? LARGEST_PACKET : 2 * LARGEST_PACKET);
  const bytes = size < 3 ? LARGEST_PACKET : 2 * LARGEST_PACKET;
  expect(cut(Buffer.concat([...small, large, ...small]), size)).toEqual([
    ...small.map((one) => one.length),
    { topic: 'a/large', id: 7, again: true, retained: true, size: bytes },
    ...small.map((one) => one.length),
  ]);
});

test('a message of quality 0 has no number; what is no length, or too large and no message, is no MQTT', () => {
  expect(cut(message('a', LARGEST_PACKET, 0), 4_096)).toEqual([
    { topic: 'a', id: null, again: false, retained: true, size: LARGEST_PACKET },
  ]);
  expect(cut(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 6)).toEqual([null]);
  expect(cut(Buffer.from([0x90, 0xff, 0xff, 0xff, 0x7f]), 5)).toEqual([null]);
});

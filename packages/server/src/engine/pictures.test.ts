/** Pictures through the real engine and the real jail. */

import { deflateSync } from 'node:zlib';
import { decode as decodePng, encode as encodePng } from 'fast-png';
import { decode as decodeJpeg, encode as encodeJpeg } from 'jpeg-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';
import { trying } from './testing/trying.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());
const { outcome, given, bytesAt } = trying(() => g);

/** Red on the left, blue on the right, half transparent below. */
const pixels = (width: number, height: number): Uint8Array => {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      data.set(x < width / 2 ? [255, 0, 0, y < height / 2 ? 255 : 128] : [0, 0, 255, 255], (y * width + x) * 4);
  return data;
};
const near = (seen: ArrayLike<number>, wanted: readonly number[], by: number): void => {
  for (const [i, value] of wanted.entries()) expect(Math.abs((seen[i] ?? 0) - value)).toBeLessThanOrEqual(by);
};

test('a PNG becomes smaller, a JPEG, cut to a shape, or a value', async () => {
  await given('in/a.png', encodePng({ width: 40, height: 20, data: pixels(40, 20), channels: 4, depth: 8 }));
  expect(await outcome('image.resize@1', { path: 'in/a.png', width: 10, to: 'out/a.png' })).toMatchObject({
    width: 10,
    height: 5,
    format: 'png',
    file: { path: 'out/a.png', type: 'image/png' },
  });
  const small = decodePng(await bytesAt('out/a.png'));
  expect([small.width, small.height, small.channels]).toEqual([10, 5, 4]);
  near(small.data.slice(0, 4), [255, 0, 0, 255], 0);
  near(small.data.slice(36, 40), [0, 0, 255, 255], 0);
  near(small.data.slice(160, 164), [255, 0, 0, 128], 1);
  expect(
    await outcome('image.resize@1', { path: 'in/a.png', width: 10, height: 10, fit: 'cover', to: 'out/b.jpg' }),
  ).toMatchObject({ width: 10, height: 10, format: 'jpeg' });
  const cut = decodeJpeg(await bytesAt('out/b.jpg'), { useTArray: true });
  expect([cut.width, cut.height]).toEqual([10, 10]);
  near(cut.data.slice(0, 3), [255, 0, 0], 60);
  const value = (await outcome('image.resize@1', { path: 'in/a.png', height: 40, width: 99, fit: 'inside' })) as {
    base64: string;
    width: number;
  };
  expect([value.width, decodePng(Buffer.from(value.base64, 'base64')).width]).toEqual([40, 40]);
  expect(await outcome('image.resize@1', { path: 'in/a.png', height: 40, enlarge: true })).toMatchObject({
    width: 80,
    height: 40,
  });
}, 120_000);

test('all kinds of PNG are read: grey, with a palette, of one bit and of sixteen', async () => {
  const grey = encodePng({ width: 4, height: 4, data: new Uint8Array(16).fill(100), channels: 1, depth: 8 });
  const deep = encodePng({ width: 4, height: 4, data: new Uint16Array(48).fill(0x8080), channels: 3, depth: 16 });
  for (const [bytes, colour] of [
    [grey, 100],
    [deep, 128],
    [pngOf(4, 4, [1, 0], Buffer.from([0, 0xf0, 0, 0xf0, 0, 0xf0, 0, 0xf0])), 255],
    [
      pngOf(4, 4, [1, 3], Buffer.from([0, 0xf0, 0, 0xf0, 0, 0xf0, 0, 0xf0]), ['PLTE', Buffer.from([0, 0, 0, 7, 7, 7])]),
      7,
    ],
  ] as const) {
    await given('in/kind.png', bytes);
    const made = (await outcome('image.resize@1', { path: 'in/kind.png', width: 2 })) as {
      base64: string;
    };
    expect(made).toMatchObject({ width: 2, height: 2 });
    near(decodePng(Buffer.from(made.base64, 'base64')).data.slice(0, 4), [colour, colour, colour, 255], 1);
  }
}, 120_000);

test('where and how a photograph was taken does not come along, and it stands upright', async () => {
  const plain = encodeJpeg({ width: 40, height: 20, data: pixels(40, 20) }, 90).data;
  const exif = Buffer.concat([
    Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01', 'latin1'),
    Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]),
    Buffer.from('\0\0\0\0GPS 48.8584 N, 2.2945 E', 'latin1'),
  ]);
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  await given('in/held.jpg', Buffer.concat([plain.subarray(0, 2), head, exif, plain.subarray(2)]));
  expect(await outcome('image.resize@1', { path: 'in/held.jpg', to: 'out/held.jpg', width: 100 })).toMatchObject({
    width: 20,
    height: 40,
  });
  const made = await bytesAt('out/held.jpg');
  for (const word of ['GPS', 'Exif', '48.8584']) expect(made.includes(word)).toBe(false);
  const { data } = decodeJpeg(made, { useTArray: true });
  // What was on the left stands above now.
  near(data.slice(0, 3), [255, 0, 0], 60);
  near(data.slice(20 * 39 * 4, 20 * 39 * 4 + 3), [0, 0, 255], 60);
}, 120_000);

test('DOS-02 a picture that says it is huge, is cut off, or is none is a Problem, and costs no memory', async () => {
  const cut = encodePng({ width: 40, height: 20, data: pixels(40, 20), channels: 4, depth: 8 }).subarray(0, 60);
  const jpeg = Buffer.from(encodeJpeg({ width: 16, height: 16, data: pixels(16, 16) }, 90).data);
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  const huge = Buffer.from(jpeg);
  huge.writeUInt16BE(60_000, at + 5);
  huge.writeUInt16BE(60_000, at + 7);
  const codes = [];
  for (const bytes of [
    pngOf(60_000, 60_000, [8, 6], Buffer.alloc(100)),
    huge,
    cut,
    jpeg.subarray(0, 200),
    Buffer.from('GIF89a'),
    Buffer.alloc(0),
  ]) {
    await given('in/bad', bytes);
    codes.push(await outcome('image.resize@1', { path: 'in/bad', width: 10 }));
  }
  expect(codes).toEqual([
    '!image.large',
    '!image.large',
    '!image.damaged',
    '!image.damaged',
    '!image.format',
    '!image.format',
  ]);
  // Small by what it says, large by what it holds.
  await given('in/bomb.png', pngOf(10, 10, [8, 6], Buffer.alloc(300_000_000)));
  expect(['!format.memory', '!image.damaged', '!image.large', 'object']).toContain(
    await outcome('image.resize@1', { path: 'in/bomb.png', width: 5 }).then((got) =>
      typeof got === 'string' ? got : typeof got,
    ),
  );
  await given('in/good.jpg', jpeg);
  expect(await outcome('image.resize@1', { path: 'in/good.jpg', width: 8 })).toMatchObject({
    width: 8,
    format: 'jpeg',
  });
}, 120_000);

/** A PNG written by hand; `kind`: depth and colour type. */
function pngOf(
  width: number,
  height: number,
  kind: readonly [number, number],
  rows: Buffer,
  ...more: (readonly [string, Buffer])[]
): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set(kind, 8);
  const chunk = (name: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const made = Buffer.alloc(body.length + 8);
    made.writeUInt32BE(data.length, 0);
    body.copy(made, 4);
    let crc = 0xffffffff;
    for (const byte of body) {
      crc ^= byte;
      for (let k = 0; k < 8; k += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    made.writeUInt32BE((crc ^ 0xffffffff) >>> 0, made.length - 4);
    return made;
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    ...more.map(([name, data]) => chunk(name, data)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

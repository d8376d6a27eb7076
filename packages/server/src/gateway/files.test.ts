import { request } from 'node:http';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type File = {
  readonly id: string;
  readonly path: string;
  readonly size: number;
  readonly tag: string;
  readonly version: number;
};

const put = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}, query = '') =>
  server.ask('PUT', `/api/v1/files?path=${encodeURIComponent(path)}${query}`, {
    key,
    body,
    headers: { 'content-type': 'text/csv', ...headers },
  });
const made = async (path: string, body: string | Uint8Array): Promise<File> => (await put(path, body)).json as File;
const list = async (query = ''): Promise<{ files: File[]; next?: string }> =>
  (await server.ask('GET', `/api/v1/files${query}`, { key })).json as { files: File[]; next?: string };

/** The bytes of an answer, which are no text. */
const download = (id: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: server.port,
        path: `/api/v1/files/${id}/content`,
        headers: { 'x-api-key': key, ...headers },
        agent: false,
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (piece: Buffer) => parts.push(piece));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(parts) }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });

const random = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  // Bytes of every value, in an order that repeats nowhere near a frame.
  for (let i = 0; i < size; i += 1) bytes[i] = (i * 7 + (i >> 8) * 13) & 0xff;
  return bytes;
};

test('what was uploaded comes back byte for byte, over many frames', async () => {
  const bytes = random(300_001);
  const file = await made('in/bytes.bin', bytes);
  expect(file).toMatchObject({ path: 'in/bytes.bin', size: 300_001, version: 1 });
  const got = await download(file.id);
  expect(got.status).toBe(200);
  expect(got.bytes.equals(bytes)).toBe(true);
});

test('FS-08 a download is nothing that a browser shows or runs, whatever its sender said that it is', async () => {
  const file = (await put('page.html', '<script>alert(1)</script>', { 'content-type': 'text/html; charset=utf-8' }))
    .json as File & { type: string };
  expect(file.type).toBe('text/html');
  const { headers, bytes } = await download(file.id);
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="page.html"; filename*=UTF-8''page.html`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  expect(bytes.toString()).toBe('<script>alert(1)</script>');
});

test('a range gives its bytes and says which; one that is not there is refused', async () => {
  const bytes = random(200_000);
  const { id } = await made('range.bin', bytes);
  const cases: readonly [string, number, number][] = [
    ['bytes=0-0', 0, 1],
    ['bytes=65530-65545', 65_530, 65_546],
    ['bytes=131072-', 131_072, 200_000],
    ['bytes=-5', 199_995, 200_000],
    ['bytes=199999-999999', 199_999, 200_000],
  ];
  for (const [range, from, to] of cases) {
    const got = await download(id, { range });
    expect([range, got.status, got.headers['content-range']]).toEqual([range, 206, `bytes ${from}-${to - 1}/200000`]);
    expect(got.bytes.equals(bytes.subarray(from, to))).toBe(true);
  }
  for (const range of ['bytes=200000-', 'bytes=5-4', 'bytes=0-1,4-5', 'bytes=-', 'bytes=-0'])
    expect([range, (await download(id, { range })).status]).toEqual([range, 416]);
  expect((await download(id, { range: 'lines=1-2' })).status).toBe(200);
  expect((await download(id, { range: 'bytes=0-1', 'if-range': '"other"' })).bytes.length).toBe(200_000);
});

test('who has the content is told so, and HEAD tells without a byte', async () => {
  const file = await made('tag.csv', 'a;b');
  const first = await download(file.id);
  expect(first.headers['etag']).toBe(`"${file.tag}"`);
  expect((await download(file.id, { 'if-none-match': `"${file.tag}"` })).status).toBe(304);
  const head = await server.ask('HEAD', `/api/v1/files/${file.id}/content`, { key });
  expect([head.status, head.headers['etag'], head.text]).toEqual([200, `"${file.tag}"`, '']);
});

test('CAN-0 a secret in a file leaves hidden, and no range shows it piece by piece', async () => {
  const value = 'correct-horse-battery-staple-2026';
  await server.ask('PUT', '/api/v1/secrets', { key, body: { name: 'horse', value } });
  const before = `${'x'.repeat(70_000)} ${value} ${'y'.repeat(400_000)}`;
  for (const body of [before, Buffer.concat([Buffer.from(before), Buffer.of(0xff, 0)])]) {
    const { id } = await made('with-secret.bin', body);
    const whole = await download(id);
    expect(whole.bytes.includes(value)).toBe(false);
    expect(whole.bytes.includes('[secret horse]')).toBe(true);
    for (let at = 70_001; at < 70_001 + value.length; at += 8)
      expect((await download(id, { range: `bytes=${at}-${at + 7}` })).status).toBe(409);
    // The twin: what is far from it is given.
    expect((await download(id, { range: 'bytes=400000-400009' })).bytes.toString()).toBe('y'.repeat(10));
  }
});

test('files are listed by their paths, below a prefix, page by page', async () => {
  for (const path of ['list/b', 'list/a', 'list/c', 'list-other/a']) await made(path, path);
  const first = await list('?prefix=list/&limit=2');
  expect(first.files.map(({ path }) => path)).toEqual(['list/a', 'list/b']);
  const second = await list(`?prefix=list/&limit=2&cursor=${first.next}`);
  expect(second.files.map(({ path }) => path)).toEqual(['list/c']);
  expect(second.next).toBeUndefined();
  expect((await list('?path=list/b')).files.map(({ path }) => path)).toEqual(['list/b']);
  expect((await list('?path=list/none')).files).toEqual([]);
});

test('a file is only written where it was meant to be: new, or in the place of the version named', async () => {
  expect((await put('only.csv', 'one', {}, '&only=new')).status).toBe(200);
  expect((await put('only.csv', 'two', {}, '&only=new')).json).toMatchObject({ code: 'file.taken', status: 409 });
  expect((await put('only.csv', 'two', {}, '&only=2')).status).toBe(409);
  expect((await put('only.csv', 'two', {}, '&only=1')).json).toMatchObject({ version: 2, size: 3 });
});

test('FS-01 FS-02 a path that climbs, is absolute or reads in two ways is refused, however it is written', async () => {
  const paths = [
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a//b',
    './a',
    'a/.',
    '..',
    'a\\..\\b',
    '%2e%2e/x',
    'a/%2E%2e/b',
    'C:x',
    'a\u0000b',
    'a\nb',
    'dir/',
    'a/ ',
    'x'.repeat(501),
    '',
    '*',
  ];
  const before = (await list('?limit=500')).files.length;
  for (const path of paths) expect([path, (await put(path, 'x')).status]).toEqual([path, 422]);
  expect((await list('?limit=500')).files.length).toBe(before);
  // The twin: names that only look like it.
  for (const path of ['..a/b', 'a..b', 'été/ü', '.hidden/x', '-rf'])
    expect([path, (await put(path, 'x')).status]).toEqual([path, 200]);
});

test('a file that ends early leaves nothing, neither a name nor a byte on the disk', async () => {
  const before = server.house.store.engine.limits.bytes('default');
  await new Promise<void>((resolve) => {
    const asked = request({
      host: '127.0.0.1',
      port: server.port,
      method: 'PUT',
      path: '/api/v1/files?path=early.bin',
      headers: { 'x-api-key': key, 'content-length': '1000000' },
      agent: false,
    });
    asked.on('error', () => resolve());
    asked.on('close', () => resolve());
    asked.write(Buffer.alloc(200_000), () => setTimeout(() => asked.destroy(), 100));
  });
  await expect.poll(async () => (await list('?path=early.bin')).files).toEqual([]);
  expect(server.house.store.engine.limits.bytes('default')).toBe(before);
});

test('DOS-09 a file that the quota has no room for is refused before it is read, and one of unknown length at that byte', async () => {
  const full = await server.key({ workspace: 'full' });
  await server.house.store
    .in('full')
    .limits.setQuota({ quota: { bytes: 100_000 }, updated: Date.now(), by: 'key_test' });
  const send = (path: string, size: number, headers: Record<string, string> = {}) =>
    server.ask('PUT', `/api/v1/files?path=${path}`, { key: full.plain, body: new Uint8Array(size), headers });
  await expect.poll(async () => (await send('a', 100_001)).json).toMatchObject({ status: 507, code: 'quota.bytes' });
  const chunked = { 'content-length': [], 'transfer-encoding': 'chunked' } as unknown as Record<string, string>;
  expect((await send('a', 200_000, chunked)).status).toBe(507);
  expect((await send('a', 60_000)).status).toBe(200);
  expect((await send('b', 60_000)).status).toBe(507);
  expect((await send('b', 30_000)).status).toBe(200);
  // What is deleted gives its room back.
  const { files } = (await server.ask('GET', '/api/v1/files', { key: full.plain })).json as { files: File[] };
  expect(files.map(({ path }) => path)).toEqual(['a', 'b']);
  expect((await server.ask('DELETE', `/api/v1/files/${files[0]?.id}`, { key: full.plain })).status).toBe(204);
  expect((await send('c', 60_000)).status).toBe(200);
});

test('a file is moved, found by what its path holds, and listed in its folder a page at a time', async () => {
  const file = await made('moves/first/Invoice.csv', 'm');
  await made('moves/b.csv', 'n');
  await made('moves/a/x.csv', 'o');
  const move = (id: string, path: string) => server.ask('PATCH', `/api/v1/files/${id}`, { key, body: { path } });
  expect((await move(file.id, 'moves/b.csv')).json).toMatchObject({ code: 'file.taken' });
  for (const bad of ['../x', 'disk/out/x', '/x', 'a//b', 'x\u0000'])
    expect([bad, (await move(file.id, bad)).status]).toEqual([bad, 422]);
  expect((await move(file.id, 'moves/c.csv')).json).toMatchObject({ id: file.id, path: 'moves/c.csv', version: 2 });
  expect((await download(file.id)).bytes.toString()).toBe('m');
  expect((await list('?text=INVOICE')).files).toEqual([]);
  expect((await list('?text=es%2FC.')).files.map(({ path }) => path)).toEqual(['moves/c.csv']);
  const folder = async (query: string) =>
    (await server.ask('GET', `/api/v1/folders?${query}`, { key })).json as {
      folders: string[];
      files: File[];
      next?: string;
    };
  const first = await folder('folder=moves&limit=2');
  expect([first.folders, first.files.map(({ path }) => path)]).toEqual([['a'], ['moves/b.csv']]);
  const second = await folder(`folder=moves&limit=2&cursor=${first.next}`);
  expect([second.folders, second.files.map(({ path }) => path), second.next]).toEqual([[], ['moves/c.csv'], undefined]);
  expect((await folder('')).folders).toContain('moves');
});

test('a deleted file is gone, its content too, and who did it is on record with its path', async () => {
  const file = await made('gone.csv', 'soon gone');
  const row = await server.house.store.in('default').files.get('default', file.id);
  expect(existsSync(server.house.store.blobs.path(row?.blob ?? ''))).toBe(true);
  expect((await server.ask('DELETE', `/api/v1/files/${file.id}`, { key })).status).toBe(204);
  expect((await download(file.id)).status).toBe(404);
  expect(existsSync(server.house.store.blobs.path(row?.blob ?? ''))).toBe(false);
  const { rows } = await server.house.store.in('default').audit.list({ limit: 200 });
  expect(rows.filter(({ object }) => object.includes('gone.csv') || object.includes(file.id))).toMatchObject([
    { action: 'downloadFile', decision: 'deny' },
    { action: 'deleteFile', decision: 'allow', object: file.id },
    { action: 'putFile', decision: 'allow', object: '/api/v1/files path=gone.csv' },
  ]);
});

test('who may only read files lists and downloads them, and writes none', async () => {
  const file = await made('roles.csv', 'x');
  const reader = await server.key({ permissions: ['file.read'] });
  const other = await server.key({ permissions: ['flow.read', 'run.read'] });
  expect((await server.ask('GET', `/api/v1/files/${file.id}`, { key: reader.plain })).status).toBe(200);
  expect((await server.ask('DELETE', `/api/v1/files/${file.id}`, { key: reader.plain })).status).toBe(403);
  expect((await server.ask('PUT', '/api/v1/files?path=x', { key: reader.plain, body: 'x' })).status).toBe(403);
  expect((await server.ask('GET', `/api/v1/files/${file.id}/content`, { key: other.plain })).status).toBe(403);
});

test('FS-10 the id of another workspace’s file answers as one that never was', async () => {
  const file = await made('tenant.csv', 'theirs');
  const thief = await server.key({ workspace: 'thief' });
  for (const path of [`/api/v1/files/${file.id}`, `/api/v1/files/${file.id}/content`]) {
    const theirs = await server.ask('GET', path, { key: thief.plain });
    const never = await server.ask('GET', path.replace(file.id, `file_${'0'.repeat(24)}`), { key: thief.plain });
    expect([theirs.status, theirs.text]).toEqual([404, never.text]);
    expect((await server.ask('GET', path)).status).toBe(401);
  }
});

/** Formats through the real engine, the real jail and real files: archives. */

import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

const exec = promisify(execFile);
let g: Ground;
let dir: string;
beforeAll(async () => {
  g = await openGround();
  dir = await mkdtemp(join(tmpdir(), 'headgate-formats-'));
});
afterAll(async () => {
  await g.close();
  await rm(dir, { recursive: true });
});

type Lent = readonly (readonly [step: string, power: string])[];
const run = async (steps: readonly unknown[], lent: Lent, input: unknown = {}) => {
  const last = (steps.at(-1) as { id: string }).id;
  const doc = { headgate: 1, name: `f${randomBytes(4).toString('hex')}`, steps, output: `{{ steps.${last} }}` };
  const flow = await g.publish(doc, { grants: lent.map(([step, power]) => ({ step, power })) });
  return g.run(flow, input, { wait: 60_000 });
};
const given = async (path: string, bytes: Uint8Array | string): Promise<void> => {
  const step = { path, content: Buffer.from(bytes).toString('base64'), base64: true };
  const done = await run([{ id: 'write', kind: 'file.write@1', with: step }], [['write', 'file: write *']]);
  expect(done).toMatchObject({ state: 'done' });
};
const bytesAt = async (path: string): Promise<Buffer> => {
  const read = { id: 'read', kind: 'file.read@1', with: { path, as: 'base64' } };
  const done = await run([read], [['read', 'file: read *']]);
  expect(done.state).toBe('done');
  return Buffer.from(String(done.output), 'base64');
};
const listed = async (folder: string): Promise<string[]> => {
  const done = await run([{ id: 'list', kind: 'file.list@1', with: { folder } }], [['list', 'file: read *']]);
  return (done.output as { files: { path: string }[] }).files.map(({ path }) => path);
};
const unpack = (path: string, more: object = {}) =>
  run(
    [{ id: 'unpack', kind: 'archive.unpack@1', with: { path, ...more } }],
    [
      ['unpack', 'file: read in/'],
      ['unpack', 'file: write out/'],
    ],
  );

describe('archives', () => {
  test('what was packed as zip or tar.gz is what other programs and our own unpack', async () => {
    const long = `${'a folder of a long name/'.repeat(6)}ümläut.txt`;
    await given('in/a.txt', 'from a file');
    for (const [format, tool] of [
      ['zip', async (file: string) => exec('python3', ['-m', 'zipfile', '-e', file, dir])],
      ['tar.gz', async (file: string) => exec('tar', ['xzf', file, '-C', dir])],
    ] as const) {
      const pack = {
        path: `out/all.${format}`,
        entries: [
          { path: 'in/a.txt', name: 'a.txt' },
          { name: long, text: 'long' },
          { name: 'bytes', base64: 'AP8Q' },
          { name: 'empty', text: '' },
        ],
      };
      const done = await run(
        [{ id: 'pack', kind: 'archive.pack@1', with: pack }],
        [
          ['pack', 'file: read in/'],
          ['pack', 'file: write out/'],
        ],
      );
      expect(done).toMatchObject({ state: 'done', output: { path: `out/all.${format}` } });
      await writeFile(join(dir, 'packed'), await bytesAt(`out/all.${format}`));
      await tool(join(dir, 'packed'));
      expect(await readFile(join(dir, 'a.txt'), 'utf8')).toBe('from a file');
      expect(await readFile(join(dir, long), 'utf8')).toBe('long');
      const again = await run(
        [{ id: 'unpack', kind: 'archive.unpack@1', with: { path: `out/all.${format}`, into: `again/${format}/` } }],
        [
          ['unpack', 'file: read out/'],
          ['unpack', 'file: write again/'],
        ],
      );
      expect(again).toMatchObject({ state: 'done', output: { format } });
      expect(await bytesAt(`again/${format}/bytes`)).toEqual(Buffer.from([0, 255, 16]));
      expect((await bytesAt(`again/${format}/${long}`)).toString()).toBe('long');
      expect((await bytesAt(`again/${format}/empty`)).length).toBe(0);
    }
  });

  test('what other programs packed is unpacked, a folder at a time or by name, or only told', async () => {
    const from = join(dir, 'from');
    await mkdir(join(from, 'sub/deep'), { recursive: true });
    const large = randomBytes(3_000_000);
    await writeFile(join(from, 'sub/deep/large.bin'), large);
    await writeFile(join(from, 'sub/b.txt'), 'b'.repeat(50_000));
    await exec('tar', ['czf', join(dir, 'x.tgz'), '.'], { cwd: from });
    await exec('python3', ['-m', 'zipfile', '-c', join(dir, 'x.zip'), 'sub'], { cwd: from });
    for (const end of ['tgz', 'zip']) {
      await given(`in/x.${end}`, await readFile(join(dir, `x.${end}`)));
      const told = await unpack(`in/x.${end}`);
      expect(told).toMatchObject({ state: 'done', output: { files: [] } });
      expect((told.output as { entries: { name: string }[] }).entries.map(({ name }) => name).toSorted()).toEqual([
        'sub/b.txt',
        'sub/deep/large.bin',
      ]);
      const one = await unpack(`in/x.${end}`, { into: `out/one-${end}/`, only: ['sub/b.txt'] });
      expect(one.output).toMatchObject({ files: [{ path: `out/one-${end}/sub/b.txt`, size: 50_000 }] });
      expect(await unpack(`in/x.${end}`, { into: `out/${end}/` })).toMatchObject({ state: 'done' });
      expect((await bytesAt(`out/${end}/sub/deep/large.bin`)).equals(large)).toBe(true);
    }
  });

  const tarOf = (name: string, type: string, link = ''): Buffer => {
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write('0000644\0', 100);
    head.write('00000000000\0', 124);
    head.write('00000000000\0', 136);
    head.write('        ', 148);
    head.write(type, 156);
    head.write(link, 157);
    head.write('ustar\x0000', 257);
    head.write(
      `${head
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return gzipSync(Buffer.concat([head, Buffer.alloc(1024)]));
  };
  const zipOf = (name: string, more: { attrs?: number; os?: number } = {}): Uint8Array =>
    zipSync({ 'good.txt': [Buffer.from('good'), {}], [name]: [Buffer.from('x'), more] });

  test('FS-06 FS-02 an archive with a name that climbs, a link, a name twice or a lie writes nothing at all', async () => {
    const twice = Buffer.from(zipOf('good.txu'));
    for (let at = twice.indexOf('good.txu'); at >= 0; at = twice.indexOf('good.txu')) twice.write('good.txt', at);
    const lying = Buffer.from(zipSync({ 'a.txt': Buffer.alloc(100_000, 'a') }));
    lying.writeUInt32LE(5, lying.lastIndexOf('PK\x01\x02') + 24);
    const secret = Buffer.from(zipOf('s.txt'));
    secret.writeUInt16LE(1, secret.lastIndexOf('PK\x01\x02') + 8);
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [zipOf('../climbs.txt'), 'archive.name'],
      [zipOf('a/../../climbs.txt'), 'archive.name'],
      [zipOf('/etc/passwd'), 'archive.name'],
      [zipOf('C:\\windows\\x'), 'archive.name'],
      [zipOf('..\\x'), 'archive.name'],
      [zipOf('a//b'), 'archive.name'],
      [zipOf('a\0b'), 'archive.name'],
      [zipOf('link', { os: 3, attrs: 0o120777 << 16 }), 'archive.link'],
      [zipOf('pipe', { os: 3, attrs: 0o010644 << 16 }), 'archive.link'],
      [twice, 'archive.twice'],
      [lying, 'archive.damaged'],
      [secret, 'archive.encrypted'],
      [zipOf('x').subarray(0, 60), 'archive.damaged'],
      [tarOf('../x', '0'), 'archive.name'],
      [tarOf('/etc/x', '0'), 'archive.name'],
      [tarOf('link', '2', '/etc/passwd'), 'archive.link'],
      [tarOf('hard', '1', 'good.txt'), 'archive.link'],
      [tarOf('device', '3'), 'archive.link'],
      [gzipSync(Buffer.from('no tar at all'.repeat(100))), 'archive.damaged'],
      [tarOf('x', '0').subarray(0, 30), 'archive.damaged'],
      [Buffer.from('not an archive'), 'archive.format'],
      [Buffer.alloc(0), 'archive.format'],
    ];
    const codes = [];
    for (const [i, [bytes]] of cases.entries()) {
      await given(`in/${i}`, bytes);
      const done = await unpack(`in/${i}`, { into: 'out/bad/' });
      codes.push([i, done.problem?.code]);
    }
    expect(codes).toEqual(cases.map(([, code], i) => [i, code]));
    expect(await listed('out/bad/')).toEqual([]);
    // The honest neighbour.
    await given('in/good', zipOf('..a/b..txt'));
    expect(await unpack('in/good', { into: 'out/bad/' })).toMatchObject({ state: 'done' });
    expect(await listed('out/bad/')).toEqual(['out/bad/..a/b..txt', 'out/bad/good.txt']);
  });

  test('FS-12 a name that begins like an option, or holds what a shell reads, is the name of a file and nothing else', async () => {
    const names = ['-rf', '--to-command=sh', '$(touch x)', '; reboot', '`id`', '@list', 'a b'];
    await given('in/options', zipSync(Object.fromEntries(names.map((name) => [name, Buffer.from(name)]))));
    expect(await unpack('in/options', { into: 'out/options/' })).toMatchObject({ state: 'done' });
    expect(await listed('out/options/')).toEqual(names.map((name) => `out/options/${name}`).toSorted());
    const packed = { path: 'out/options.tgz', folder: 'out/options/' };
    const done = await run(
      [{ id: 'pack', kind: 'archive.pack@1', with: packed }],
      [
        ['pack', 'file: read out/options/'],
        ['pack', 'file: write out/options.tgz'],
      ],
    );
    expect(done).toMatchObject({ state: 'done' });
    await writeFile(join(dir, 'options.tgz'), await bytesAt('out/options.tgz'));
    const { stdout } = await exec('tar', ['tzf', join(dir, 'options.tgz')]);
    expect(stdout.trim().split('\n').toSorted()).toEqual(names.toSorted());
  });

  test('FS-06 it writes below the folder that was lent and nowhere else', async () => {
    await given('in/good', zipOf('b.txt'));
    const done = await run(
      [{ id: 'unpack', kind: 'archive.unpack@1', with: { path: 'in/good', into: 'other/' } }],
      [
        ['unpack', 'file: read in/'],
        ['unpack', 'file: write out/'],
      ],
    );
    expect(done).toMatchObject({ state: 'failed', problem: { code: 'grant.missing' } });
    expect(await listed('other/')).toEqual([]);
  });

  test('DOS-04 an archive that unpacks to more than it may is found while it is counted, and writes nothing', async () => {
    const zeros = Buffer.alloc(30_000_000);
    await given('in/bomb.zip', zipSync({ zeros }, { level: 9 }));
    await given('in/bomb.tgz', gzipSync(zeros));
    await given(
      'in/many.zip',
      zipSync(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, Buffer.from('x')]))),
    );
    const codes = [];
    for (const [path, more] of [
      ['in/bomb.zip', {}],
      ['in/bomb.tgz', {}],
      ['in/bomb.zip', { ratio: 2000, bytes: 1_000_000 }],
      ['in/many.zip', { entries: 19 }],
    ] as const)
      codes.push((await unpack(path, { into: 'out/bomb/', ...more })).problem?.code);
    expect(codes).toEqual(['archive.bomb', 'archive.bomb', 'archive.large', 'archive.entries']);
    expect(await listed('out/bomb/')).toEqual([]);
    // Who knows what he unpacks may.
    expect(await unpack('in/bomb.zip', { into: 'out/bomb/', ratio: 2000 })).toMatchObject({ state: 'done' });
    expect(await unpack('in/many.zip', { into: 'out/bomb/' })).toMatchObject({ state: 'done' });
    expect((await listed('out/bomb/')).length).toBe(21);
  });
});

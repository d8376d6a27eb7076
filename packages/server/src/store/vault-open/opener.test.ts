import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { chunkSealer } from '../vault-seal/chunks.ts';
import { FRAME, FRAME_HEAD, frameSealer } from '../vault-seal/frames.ts';
import { keyring } from '../vault-seal/keyring.ts';
import { sealSecret } from '../vault-seal/secrets.ts';
import { openBlobNow } from './blob-now.ts';
import { BlobDamaged } from './blob.ts';
import { opener } from './opener.ts';

const ring = keyring(randomBytes(32));
const open = opener(ring);
const other = opener(keyring(randomBytes(32)));
const dir = mkdtempSync(join(tmpdir(), 'headgate-vault-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const code = (result: { ok: true } | { ok: false; problem: { code: string } }): string =>
  result.ok ? 'opened' : result.problem.code;

test('a chunk opens under its own workspace, run and seq, and nowhere else', () => {
  const seal = chunkSealer(ring.derive('journal'));
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(), fc.string({ unit: 'grapheme' }), (workspace, run, from, text) => {
      const sealed = seal(workspace, run, from, text);
      expect(open.openChunk(workspace, run, from, sealed)).toEqual({ ok: true, value: text });
      expect(code(open.openChunk(`${workspace}x`, run, from, sealed))).toBe('journal.damaged');
      expect(code(open.openChunk(workspace, `${run}x`, from, sealed))).toBe('journal.damaged');
      expect(code(open.openChunk(workspace, run, from + 1, sealed))).toBe('journal.damaged');
      expect(code(other.openChunk(workspace, run, from, sealed))).toBe('journal.damaged');
    }),
    { numRuns: 30 },
  );
});

test('the parts of what a record is bound to cannot be shifted into one another', () => {
  const sealed = chunkSealer(ring.derive('journal'))('a', '1|b', 1, '[]');
  expect(code(open.openChunk('a|1', 'b', 1, sealed))).toBe('journal.damaged');
  expect(code(open.openChunk('a', '1|b', 1, sealed))).toBe('opened');
});

test('a chunk with any byte changed, or cut short, does not open', () => {
  const sealed = chunkSealer(ring.derive('journal'))('w', 'r', 1, '[{"seq":1}]');
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = Uint8Array.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(code(open.openChunk('w', 'r', 1, changed))).toBe('journal.damaged');
    expect(code(open.openChunk('w', 'r', 1, sealed.subarray(0, i)))).toBe('journal.damaged');
  }
});

test('two chunks of the same text share no byte beyond their session', () => {
  const seal = chunkSealer(ring.derive('journal'));
  expect(seal('w', 'r', 1, 'same').subarray(17)).not.toEqual(seal('w', 'r', 1, 'same').subarray(17));
});

test('a secret opens as the version it was sealed as, in its own workspace', () => {
  const sealed = sealSecret(ring.derive('secret'), 'w', 'sec_1', 3, 'pa55 wörd');
  expect(open.openSecret('w', 'sec_1', 3, sealed)).toEqual({ ok: true, value: 'pa55 wörd' });
  expect(code(open.openSecret('w', 'sec_1', 2, sealed))).toBe('secret.damaged');
  expect(code(open.openSecret('w', 'sec_2', 3, sealed))).toBe('secret.damaged');
  expect(code(open.openSecret('v', 'sec_1', 3, sealed))).toBe('secret.damaged');
  expect(code(other.openSecret('w', 'sec_1', 3, sealed))).toBe('secret.damaged');
  expect(code(open.openSecret('w', 'sec_1', 3, new Uint8Array(0)))).toBe('secret.damaged');
  expect(Buffer.from(sealed).includes('pa55')).toBe(false);
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = Uint8Array.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 0x80;
    expect(code(open.openSecret('w', 'sec_1', 3, changed))).toBe('secret.damaged');
  }
});

test('an empty secret opens as an empty text', () => {
  expect(open.openSecret('w', 's', 1, sealSecret(ring.derive('secret'), 'w', 's', 1, ''))).toEqual({
    ok: true,
    value: '',
  });
});

const sealTo = (name: string, plain: Uint8Array, pieces: readonly number[] = []): string => {
  const sealer = frameSealer(ring.derive('blob'), 'w', name);
  const parts = [sealer.head];
  let at = 0;
  for (const size of pieces) {
    parts.push(...sealer.push(plain.subarray(at, at + size)));
    at += size;
  }
  parts.push(...sealer.push(plain.subarray(at)), sealer.end());
  const path = join(dir, name);
  writeFileSync(path, Buffer.concat(parts));
  return path;
};

const whole = async (name: string, path: string, workspace = 'w') => {
  const opened = await open.openBlob(workspace, name, path);
  return opened.ok ? opened.value.bytes() : opened;
};

const sizes = [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 17];

test.each(sizes)('a blob of %i bytes opens whole, streamed and at once, however it was pushed', async (size) => {
  const plain = randomBytes(size);
  for (const pieces of [[], [1, 2, 3], [FRAME], [FRAME - 1, 2], [FRAME, FRAME]]) {
    const path = sealTo('blob_size', plain, pieces);
    const bytes = await whole('blob_size', path);
    expect(bytes.ok && Buffer.from(bytes.value).equals(plain)).toBe(true);
    const now = openBlobNow(ring.all('blob'), 'w', 'blob_size', path);
    expect(now.ok && Buffer.from(now.value).equals(plain)).toBe(true);
    const opened = await open.openBlob('w', 'blob_size', path);
    expect(opened.ok && opened.value.size).toBe(size);
    const parts: Uint8Array[] = [];
    if (opened.ok) for await (const part of opened.value.stream()) parts.push(part);
    expect(parts.every((part) => part.length <= FRAME)).toBe(true);
    expect(Buffer.concat(parts).equals(plain)).toBe(true);
  }
});

test('a blob cut off anywhere, frame boundaries included, does not open', async () => {
  const size = 2 * FRAME + 100;
  const full = readFileSync(sealTo('blob_cut', randomBytes(size))).length;
  for (const keep of [
    0,
    10,
    FRAME_HEAD,
    FRAME_HEAD + 16,
    FRAME_HEAD + FRAME + 16,
    FRAME_HEAD + 2 * (FRAME + 16),
    full - 1,
  ]) {
    const path = sealTo('blob_cut', randomBytes(size));
    truncateSync(path, keep);
    expect(code(await whole('blob_cut', path))).toBe('blob.damaged');
    expect(code(openBlobNow(ring.all('blob'), 'w', 'blob_cut', path))).toBe('blob.damaged');
  }
});

test('frames that change places, are repeated or added do not open', async () => {
  const path = sealTo('blob_move', randomBytes(3 * FRAME));
  const sealed = readFileSync(path);
  const frame = (i: number): Buffer =>
    sealed.subarray(FRAME_HEAD + i * (FRAME + 16), FRAME_HEAD + (i + 1) * (FRAME + 16));
  const head = sealed.subarray(0, FRAME_HEAD);
  for (const order of [[1, 0, 2], [0, 0, 2], [0, 2], [0, 1, 2, 2], [2]]) {
    writeFileSync(path, Buffer.concat([head, ...order.map(frame)]));
    expect(code(await whole('blob_move', path))).toBe('blob.damaged');
  }
});

test('a blob of another workspace, or under another id, does not open', async () => {
  const path = sealTo('blob_own', randomBytes(10));
  expect(code(await whole('blob_own', path, 'v'))).toBe('blob.damaged');
  expect(code(await whole('blob_two', path))).toBe('blob.damaged');
  expect(code(await whole('blob_gone', join(dir, 'blob_gone')))).toBe('blob.missing');
});

test('a stream of a damaged blob throws with its Problem and gives out no damaged frame', async () => {
  const path = sealTo('blob_bad', randomBytes(3 * FRAME));
  const sealed = readFileSync(path);
  const at = FRAME_HEAD + FRAME + 16 + 5;
  sealed[at] = (sealed[at] ?? 0) ^ 1;
  writeFileSync(path, sealed);
  const opened = await open.openBlob('w', 'blob_bad', path);
  const parts: Uint8Array[] = [];
  const reading = async (): Promise<void> => {
    if (opened.ok) for await (const part of opened.value.stream()) parts.push(part);
  };
  await expect(reading()).rejects.toThrow(BlobDamaged);
  expect(parts.length).toBe(1);
});

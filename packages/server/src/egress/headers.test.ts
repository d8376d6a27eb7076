import { describe, expect, test } from 'vitest';
import { readHeaders, readMethod, tellHeaders, withoutBody, withoutCredentials } from './headers.ts';

const sent = (written: Record<string, string>) => {
  const read = readHeaders(written);
  if (!read.ok) throw new Error(read.problem.text);
  return read.value;
};

describe('headers to send', () => {
  test('are lower-cased and trimmed, and the defaults fill what is left out', () => {
    expect([...sent({ 'X-Thing': ' a b ', ACCEPT: 'text/plain' })]).toEqual([
      ['x-thing', 'a b'],
      ['accept', 'text/plain'],
      ['accept-encoding', 'gzip, br, deflate'],
      ['user-agent', 'Headgate'],
    ]);
  });

  test('a name in two letter cases is refused, since nobody knows which the author meant', () => {
    expect(readHeaders({ 'X-A': '1', 'x-a': '2' })).toMatchObject({ ok: false, problem: { code: 'egress.header' } });
  });

  test('more than 64 KiB are refused', () => {
    expect(readHeaders({ 'x-long': 'a'.repeat(65_000) }).ok).toBe(true);
    expect(readHeaders({ 'x-long': 'a'.repeat(66_000) })).toMatchObject({
      ok: false,
      problem: { code: 'egress.header' },
    });
  });

  test('a refusal repeats neither a name nor a value that the author wrote', () => {
    const guilty: Record<string, string>[] = [
      { 'authorization: Bearer s3cret': 'x' },
      { 'x-a': 's3cret\r\nx: y' },
      { 'x-a': 's3cret\u20ac' },
      { 'S3CRET ': 'x' },
    ];
    for (const written of guilty) {
      const read = readHeaders(written);
      expect(JSON.stringify(read)).not.toMatch(/s3cret/i);
      expect(read).toMatchObject({ ok: false, problem: { code: 'egress.header', at: { field: 'headers' } } });
    }
  });
});

describe('methods', () => {
  test.each([
    ['get', 'GET'],
    ['Post', 'POST'],
    ['QUERY', 'QUERY'],
    ['PROPFIND', 'PROPFIND'],
    ['purge', 'purge'],
  ])('%s is sent as %s', (written, method) => expect(readMethod(written)).toEqual({ ok: true, value: method }));

  test.each(['', 'GET /', 'GET\r\nX: y', 'G\u00cbT', 'connect', 'CONNECT', 'Trace', 'TRACK', 'A'.repeat(33)])(
    '%j is refused',
    (written) => {
      expect(readMethod(written)).toMatchObject({
        ok: false,
        problem: { code: 'egress.method', at: { field: 'method' } },
      });
    },
  );
});

describe('headers over a redirect', () => {
  test('only harmless ones go to another origin: whatever is not known to be harmless may be a secret', () => {
    const all = sent({
      authorization: 'a',
      cookie: 'b',
      'x-api-key': 'c',
      'api-token': 'd',
      'x-gitlab-token': 'e',
      'content-type': 'text/plain',
      'if-none-match': '"x"',
      referer: 'f',
      'x-request-id': 'g',
    });
    expect([...withoutCredentials(all).keys()].sort()).toEqual([
      'accept',
      'accept-encoding',
      'content-type',
      'if-none-match',
      'user-agent',
    ]);
  });

  test('what describes a body goes when the body goes', () => {
    expect(
      [...withoutBody(sent({ 'content-type': 'text/plain', 'content-encoding': 'x', 'x-a': '1' })).keys()].sort(),
    ).toEqual(['accept', 'accept-encoding', 'user-agent', 'x-a']);
  });
});

describe('received headers', () => {
  test('are told by lower-case name, repeated ones joined, set-cookie as a list, and none can reach a prototype', () => {
    const told = tellHeaders([
      'X-A',
      '1',
      'x-a',
      Buffer.from('2'),
      'Set-Cookie',
      'a=1',
      'set-cookie',
      'b=2',
      '__proto__',
      'x',
      'constructor',
      'y',
      'x-b',
      Buffer.from([0xe9]),
    ]);
    expect(told).toEqual({ 'x-a': '1, 2', 'set-cookie': ['a=1', 'b=2'], constructor: 'y', 'x-b': 'é' });
    expect(Object.getPrototypeOf(told)).toBe(Object.prototype);
    expect(tellHeaders(['set-cookie', 'a=1'])).toEqual({ 'set-cookie': ['a=1'] });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSecrets, secretsFile } from './secrets-file.ts';

const CANARY = 'canary-0123456789';

const read = (text: string) => {
  const parsed = parseSecrets('/etc/secrets', text, 'one');
  if (!parsed.ok) throw new Error(parsed.problem.text);
  return Object.fromEntries([...parsed.value].map(([key, { held, origins }]) => [key, { held, origins }]));
};

test('a line is a secret or a field of one; comments, empty lines and spaces around count for nothing', () => {
  const text = [
    '# a comment',
    '',
    '  github = Bearer abc=def # kept  ',
    'github@origins=https://api.github.com  https://uploads.github.com',
    'other/github=theirs',
    'quoted="a \\"b\\"\\nc\\\\"',
    'single=\'a "b" \\n\'',
  ].join('\r\n');
  expect(read(text)).toEqual({
    'default/github': {
      held: { kind: 'plain', value: 'Bearer abc=def # kept' },
      origins: ['https://api.github.com', 'https://uploads.github.com'],
    },
    'other/github': { held: { kind: 'plain', value: 'theirs' }, origins: [] },
    'default/quoted': { held: { kind: 'plain', value: 'a "b"\nc\\' }, origins: [] },
    'default/single': { held: { kind: 'plain', value: 'a "b" \\n' }, origins: [] },
  });
});

test('a credential of a kind is given by its fields, in any order', () => {
  const text = [
    'a@header.template=Token {value}',
    'a@kind=custom',
    'a=v4lue',
    'a@header.name=x-auth',
    'b@kind=oauth2_client',
    'b@tokenUrl=https://id.example/token',
    'b@clientId=app',
    'b@clientSecret=s3cret',
    'c@kind=api_key',
    'c=k3y',
    'c@header=x-api-key',
  ].join('\n');
  expect(Object.values(read(text)).map((one) => one.held)).toEqual([
    { kind: 'custom', value: 'v4lue', header: { name: 'x-auth', template: 'Token {value}' } },
    { kind: 'oauth2_client', tokenUrl: 'https://id.example/token', clientId: 'app', clientSecret: 's3cret' },
    { kind: 'api_key', value: 'k3y', header: 'x-api-key' },
  ]);
});

test.each([
  ['a line that is none', CANARY, 'line 1'],
  ['a name that is none', `ä=${CANARY}`, 'line 1'],
  ['a quotation that does not end', `a="${CANARY}`, 'line 1'],
  ['a field twice', `a=${CANARY}\na=${CANARY}`, 'line 2'],
  ['a field of another kind', `a=${CANARY}\na@password=${CANARY}`, 'line 1'],
  ['a kind that there is not', `x=1\na@kind=${CANARY}\na=${CANARY}`, 'line 2'],
  ['a kind without its fields', `a@kind=basic\na@user=${CANARY}`, 'line 1'],
  ['an origin that is an address', `a=${CANARY}\na@origins=https://a.example/${CANARY}`, 'line 1'],
  ['an empty value', 'a=', 'line 1'],
])('SEC-01 %s is a problem that names its line and repeats nothing of it', (_name, text, line) => {
  const parsed = parseSecrets('/etc/secrets', text, 'one');
  expect(parsed.ok ? 'read' : parsed.problem.code).toBe('secrets_file.wrong');
  expect(JSON.stringify(parsed)).toContain(line);
  expect(JSON.stringify(parsed)).not.toContain(CANARY);
});

test('SEC-01 a secret of the file that is for one environment is read in no other; one without is read in all', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-'));
  try {
    const path = join(dir, 'secrets');
    writeFileSync(path, 'a=of-prod\na@environment=prod\nb=of-all\n', { mode: 0o600 });
    const opened = secretsFile(path, () => undefined);
    if (!opened.ok) throw new Error(opened.problem.text);
    const has = async (name: string, environment: string) =>
      (await opened.value.read('default', 'default', name, environment)) !== null;
    expect([await has('a', 'prod'), await has('a', 'dev'), await has('a', 'default')]).toEqual([true, false, false]);
    expect([await has('b', 'prod'), await has('b', 'dev')]).toEqual([true, true]);
  } finally {
    rmSync(dir, { recursive: true });
  }
  expect(parseSecrets('/etc/secrets', 'a=x\na@environment=*\n', 'one')).toMatchObject({ ok: false });
});

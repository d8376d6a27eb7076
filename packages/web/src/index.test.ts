import { describe, expect, test } from 'vitest';
import { openApi, ROUTES } from '@headgate/core/api';
import { pages } from './index.ts';
import { typeText } from './types.ts';

const at = '2026-11-22T05:00:00.123Z';

const all: readonly (readonly [string, string])[] = [
  ['reference', pages.reference(openApi(ROUTES))],
  ['resume', pages.resume({ action: '/api/v1/resume/abc', note: 'Approve <it>?', state: 'ask' })],
  ['resumed', pages.resume({ action: '', note: null, state: 'done' })],
  ['used', pages.resume({ action: '', note: null, state: 'used' })],
  [
    'login',
    pages.account({ kind: 'login', reset: true, signUp: true, providers: [{ path: '/x', title: 'Corp <b>' }] }),
  ],
  ['code', pages.account({ kind: 'code' })],
  ['set-up', pages.account({ kind: 'set-up', action: '/api/v1/auth/setup/abc' })],
  ['sign-up', pages.account({ kind: 'sign-up' })],
  ['join', pages.account({ kind: 'join', action: '/a', email: 'a@b <i>', workspace: 'W <b>' })],
  ['accept', pages.account({ kind: 'accept', action: '/a', email: 'a@b <i>', workspace: 'W <b>' })],
  ['ask-reset', pages.account({ kind: 'ask-reset' })],
  ['reset', pages.account({ kind: 'reset', action: '/a' })],
  ['told', pages.account({ kind: 'told', title: 'Look <there>', text: 'It <was> sent' })],
  [
    'account',
    pages.account({
      kind: 'account',
      email: 'a@b',
      name: 'A <b>',
      factor: true,
      sessions: [
        { id: 's_1', current: true, how: 'passkey', agent: '<script>', network: '::1', created: at, seen: at },
      ],
    }),
  ],
  [
    'consent',
    pages.consent({
      action: '/api/v1/oauth/authorize',
      ticket: 'abc',
      client: 'Editor <script>x</script>',
      home: 'https://editor.example/client.json',
      redirectHost: 'editor.example',
      workspace: 'default',
      sentences: ['Start your flows'],
      without: ['audit.read'],
    }),
  ],
  ['sign in to consent', pages.consentSignIn('/api/v1/auth/login')],
  ['failure', pages.failure({ status: 404, code: 'missing', text: 'Nothing <here>', fix: 'Go back' })],
];

test('the reference shows code as code, and says where a first key comes from', () => {
  const page = pages.reference(openApi(ROUTES));
  expect(page).toContain('<code>auth.missing</code>: No API key and no session came');
  expect(page.match(/<p>[^\n]*&#96;/)).toBeNull();
  expect(page).toContain('headgate superuser');
});

describe('every page', () => {
  test.each(all)(
    '%s is one whole document without a script, with a language, a title, one h1 and a main part',
    (_name, page) => {
      expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(page.trim()).toMatch(/<\/html>$/);
      expect(page).not.toMatch(/<script|\son[a-z]+="|\sstyle="|javascript:/i);
      expect(page.match(/<h1>/g)).toHaveLength(1);
      expect(page.match(/<title>[^<]+ · Headgate<\/title>/g)).toHaveLength(1);
      expect(page.match(/<main id="main"/g)).toHaveLength(1);
      expect(page).toContain(`<style>${pages.style}</style>`);
      expect(page).toContain('href="#main"');
    },
  );

  test.each(all)(
    '%s closes what it opens, gives every field a label and every table heads and a caption',
    (_name, page) => {
      const open: string[] = [];
      for (const [, end, name = '', rest = ''] of page
        .replace(/<style>[^]*?<\/style>/, '')
        .matchAll(/<(\/?)([a-z0-9]+)((?:\s[^<>]*)?)>/g)) {
        if (['meta', 'input'].includes(name) || rest.endsWith('/')) continue;
        if (end === '') open.push(name);
        else expect(open.pop()).toBe(name);
      }
      expect(open).toEqual([]);
      for (const [, id] of page.matchAll(/<(?:input|select)[^>]* id="([a-z]+)"/g))
        expect(page).toContain(`<label for="${id}">`);
      expect((page.match(/<table/g) ?? []).length).toBe((page.match(/<caption>/g) ?? []).length);
      for (const [head] of page.matchAll(/<th[^e][^>]*>/g)) expect(head).toMatch(/scope="(col|row)"/);
      const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );
});

describe('what pages say', () => {
  const text = (name: string): string => all.find(([one]) => one === name)?.[1] ?? '';

  test('the reference shows every route with its permission, and every schema', () => {
    for (const contract of Object.values(ROUTES))
      expect(text('reference')).toContain(
        `<code>${contract.method === 'ANY' ? 'GET' : contract.method} ${contract.path.replace('/*', '{rest}')}</code>`,
      );
    for (const part of ['Needs the permission grant.give.', 'Open: ', 'id="schema-Flow"'])
      expect(text('reference')).toContain(part);
  });

  test('only the button of a resume link acts', () => {
    expect(text('resume')).toContain('<form method="post" action="/api/v1/resume/abc"><button type="submit">');
    expect(text('resumed')).not.toContain('<form');
    expect(text('used')).not.toContain('<form');
  });
});

describe('types', () => {
  test('a schema reads as short text, and never without end', () => {
    expect(
      typeText({
        type: 'object',
        properties: {
          a: { type: 'string' },
          b: { enum: ['x', 'y'] },
          c: { type: 'array', items: { $ref: '#/components/schemas/Run' } },
        },
        required: ['a'],
      }),
    ).toBe('{\n  a: text\n  b?: "x" | "y"\n  c?: list of Run\n}');
    const loop: Record<string, unknown> = { type: 'array' };
    loop['items'] = loop;
    expect(typeText(loop)).toContain('…');
    for (const odd of [null, 5, 'x', {}, { type: 'nonsense' }, { anyOf: [] }])
      expect(typeof typeText(odd)).toBe('string');
  });
});

import { describe, expect, test } from 'vitest';
import { isDocumentId, isOneOf, isRedirect, readDocument } from './clients.ts';

const ID = 'https://editor.example/client.json';
const document = (more: object = {}): string =>
  JSON.stringify({ client_id: ID, client_name: 'Editor', redirect_uris: ['https://editor.example/cb'], ...more });

describe('clients that describe themselves', () => {
  test('a description that names itself is taken, with its name and addresses', () => {
    expect(readDocument(ID, document())).toEqual({
      id: ID,
      name: 'Editor',
      home: ID,
      workspace: null,
      redirects: ['https://editor.example/cb'],
    });
    expect(readDocument(ID, document({ client_name: undefined }))?.name).toBe('editor.example');
    expect(readDocument(ID, document({ client_name: 'x'.repeat(500) }))?.name).toHaveLength(100);
  });

  test.each([
    ['that names another', { client_id: 'https://evil.example/client.json' }],
    ['that names none', { client_id: undefined }],
    ['with no address to go back to', { redirect_uris: [] }],
    ['with one that is none', { redirect_uris: ['https://editor.example/cb', 'javascript:alert(1)'] }],
    ['with one that is no text', { redirect_uris: [1] }],
    ['with too many', { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://editor.example/${i}`) }],
    ['that wants a secret', { token_endpoint_auth_method: 'client_secret_basic' }],
  ])('one %s is not', (_name, more) => {
    expect(readDocument(ID, document(more))).toBeNull();
  });

  test('what is no JSON object is not', () => {
    for (const text of ['', 'x', '[]', 'null', '"x"', `{"client_id": "${ID}", "client_id": "x"}`])
      expect(readDocument(ID, text)).toBeNull();
  });

  test('its id is an https address with a path, and nothing hidden in it', () => {
    expect(isDocumentId(ID)).toBe(true);
    expect(isDocumentId('https://editor.example:8443/a/b?c=d')).toBe(true);
    for (const id of [
      'http://editor.example/client.json',
      'https://editor.example/',
      'https://editor.example',
      'https://u@editor.example/c',
      'https://u:p@editor.example/c',
      'https://editor.example/c#x',
      'https://editor.example/a/../c',
      'HTTPS://editor.example/c',
      `https://editor.example/${'x'.repeat(600)}`,
      'c_0123',
    ])
      expect(isDocumentId(id), id).toBe(false);
  });

  test('an address of its own scheme needs a full stop in it', () => {
    expect(isRedirect('com.example.app:/cb')).toBe(true);
    for (const bad of ['app:/cb', 'view-source:https://a.example', 'https://a.example/cb#', 'ftp://a.example/x'])
      expect(isRedirect(bad), bad).toBe(false);
  });
});

describe('addresses to go back to', () => {
  test('GUI-10 are compared sign by sign: another host, path, query, scheme, user or spelling is another address', () => {
    const redirects = ['https://a.example/cb', 'http://127.0.0.1:4000/cb?x=1', 'http://localhost:4000/cb'];
    for (const wrong of [
      'https://a.example/cb/',
      'https://a.example/cb?x',
      'https://a.example:443/cb',
      'https://a.example:8443/cb',
      'https://A.example/cb',
      'https://a.example.evil.example/cb',
      'http://127.0.0.1:4000/cb',
      'http://127.0.0.1:5000/other?x=1',
      'http://127.0.0.1:5000/cb?x=1&y=2',
      'https://127.0.0.1:5000/cb?x=1',
      'http://127.0.0.1:5000@evil.example/cb?x=1',
      'http://127.0.0.1:5000.evil.example/cb?x=1',
      'http://127.0.0.1.evil.example:5000/cb?x=1',
      'http://127.1:5000/cb?x=1',
      'http://2130706433:5000/cb?x=1',
      'http://[::1]:5000/cb?x=1',
      'http://localhost:5000/cb',
      'http://127.0.0.1:0/cb?x=1',
      'http://127.0.0.1:99999/cb?x=1',
      'http://127.0.0.1:/cb?x=1',
      'http://u@127.0.0.1:5000/cb?x=1',
      'http://127.0.0.1:5000/cb?x=1#f',
    ])
      expect([wrong, isOneOf(redirects, wrong)]).toEqual([wrong, false]);
  });

  test('GUI-10 twin: the port of a loopback address by number is free', () => {
    const redirects = ['http://127.0.0.1:4000/cb?x=1', 'http://[::1]/cb'];
    for (const right of ['http://127.0.0.1:4000/cb?x=1', 'http://127.0.0.1:51234/cb?x=1', 'http://127.0.0.1/cb?x=1'])
      expect([right, isOneOf(redirects, right)]).toEqual([right, true]);
    expect(isOneOf(redirects, 'http://[::1]:65535/cb')).toBe(true);
  });
});

import { describe, expect, test } from 'vitest';
import { isDocumentId, isRedirect, isRegistered, readDocument } from './clients.ts';

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

  test('GUI-10 of a loopback address the port does not count, and all the rest does', () => {
    const known = [
      'http://127.0.0.1:3000/cb?x=1',
      'http://localhost/cb',
      'http://[::1]:1/',
      'https://a.example:8443/cb',
    ];
    for (const good of [
      ...known,
      'http://127.0.0.1/cb?x=1',
      'http://127.0.0.1:65535/cb?x=1',
      'http://localhost:49152/cb',
      'http://[::1]:50000/',
    ])
      expect(isRegistered(known, good), good).toBe(true);
    for (const bad of [
      'http://127.0.0.1:3000/cb',
      'http://127.0.0.1:3000/cb?x=2',
      'http://127.0.0.1:3000/cb?x=1#y',
      'http://127.0.0.1:65536/cb?x=1',
      'http://127.0.0.1:0/cb?x=1',
      'http://127.0.0.1:/cb?x=1',
      'http://127.0.0.1:3000@evil.example/cb?x=1',
      'http://127.0.0.1:1:2/cb?x=1',
      'http://127.0.0.1.evil.example:3000/cb?x=1',
      'http://127.0.0.2:3000/cb?x=1',
      'http://127.1:3000/cb?x=1',
      'https://127.0.0.1:3000/cb?x=1',
      'http://localhost:3000/cb?x=1',
      'http://localhost:3000/cb/',
      'http://localhost.:3000/cb',
      'http://LOCALHOST:3000/cb',
      'http://localhost:3000\n/cb',
      'http://localhost:3000\\cb',
      'http://[::1]:2/x',
      'https://a.example/cb',
      'https://a.example:8444/cb',
    ])
      expect(isRegistered(known, bad), bad).toBe(false);
  });
});

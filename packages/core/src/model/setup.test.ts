/** What an address of a provider may be. */

import { expect, test } from 'vitest';
import { providerSetup } from './setup.ts';

const read = (baseUrl: string) => providerSetup.safeParse({ kind: 'openai-compatible', baseUrl });

test('an address carries no name, no password, no query and no fragment, and its refusal says so', () => {
  for (const address of [
    'https://ada:secret@models.example/v1',
    'https://ada@models.example/v1',
    'https://:secret@models.example/v1',
    'https://models.example/v1?key=secret',
    'https://models.example/v1?',
    'https://models.example/v1#secret',
  ]) {
    const { error } = read(address);
    expect(error?.issues).toMatchObject([{ path: ['baseUrl'], message: expect.stringContaining('name of a secret') }]);
    expect(JSON.stringify(error)).not.toContain('models.example');
  }
  for (const address of ['https://models.example/v1', 'http://127.0.0.1:11434/v1/', 'https://models.example/@a/v1'])
    expect(read(address).success).toBe(true);
});

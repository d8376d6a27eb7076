import { expect, test } from 'vitest';
import { aboutOf, narrowerOf } from './lent.ts';

test('a power is grouped by what it is about', () => {
  expect(aboutOf('net: GET api.github.com:443/repos/')).toEqual({ word: 'net', about: 'api.github.com' });
  expect(aboutOf('secret: use github for https://api.github.com')).toEqual({ word: 'secret', about: 'github' });
  expect(aboutOf('file: read invoices/')).toEqual({ word: 'file', about: 'read invoices/' });
  expect(aboutOf('what is this')).toEqual({ word: 'other', about: 'what is this' });
});

test('less is offered only where all that was used is less than was lent', () => {
  const lent = (power: string, ...uses: string[]) => narrowerOf({ power, uses });
  expect(lent('net: * *.example.com:443', 'net: GET api.example.com:443')).toEqual(['net: GET api.example.com:443']);
  expect(lent('net: GET api.example.com:443', 'net: GET api.example.com:443')).toBeNull();
  expect(lent('net: * *.example.com:443')).toBeNull();
  expect(lent('net: * *.example.com:443', 'net: GET api.example.com:443', 'net: * *.example.com:443')).toBeNull();
  // The trail tells no paths: what was lent for one is not offered without it, which would be more.
  expect(lent('net: GET api.example.com:443/v1/', 'net: GET api.example.com:443')).toBeNull();
});

import { describe, expect, test } from 'vitest';
import { cookiesFor } from './cookies.ts';

describe('TOK-09 cookies of accounts', () => {
  test('behind https are for this host alone, and by TLS alone', () => {
    const { set, clear } = cookiesFor('https://flows.example.com');
    expect(set('session', 'v', 5)).toBe('__Host-headgate=v; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure');
    expect(set('step', 'v', 5)).toBe('__Host-headgate-step=v; Path=/; Max-Age=5; HttpOnly; SameSite=Strict; Secure');
    expect(clear('session')).toContain('__Host-headgate=; Path=/; Max-Age=0');
    for (const text of [set('session', 'v', 5), set('step', 'v', 5)]) expect(text).not.toMatch(/domain=/i);
  });

  test('on plain http have a name of their own, which the other does not read', () => {
    const local = cookiesFor('http://localhost:7860');
    expect(local.set('session', 'v', 5)).toBe('headgate-local=v; Path=/; Max-Age=5; HttpOnly; SameSite=Lax');
    expect(local.read('__Host-headgate=v', 'session')).toBeUndefined();
    expect(cookiesFor('https://x.example').read('headgate-local=v', 'session')).toBeUndefined();
  });

  test('are read by their whole name, and not at all when they came twice', () => {
    const { read } = cookiesFor('https://flows.example.com');
    expect(read('a=1; __Host-headgate=v; b=2', 'session')).toBe('v');
    for (const odd of [
      undefined,
      '',
      'x__Host-headgate=v',
      '__Host-headgate',
      '__host-headgate=v',
      '__Host-headgate=v; __Host-headgate=w',
    ])
      expect(read(odd, 'session')).toBeUndefined();
    expect(read('__Host-headgate=a; __Host-headgate-step=b', 'step')).toBe('b');
  });
});

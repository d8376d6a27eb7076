import { describe, expect, test } from 'vitest';
import { judgeAddress } from './address.ts';
import { namesHost, namesPort, opening, parseAllow } from './allow.ts';

const list = (text: string) => {
  const parsed = parseAllow(text);
  if (!parsed.ok) throw new Error(parsed.problem.text);
  return parsed.value;
};
const opens = (text: string, name: string | null, address: string, port: number) =>
  opening(list(text), name, judgeAddress(address), port);

describe('an allow-list', () => {
  test('keeps its entries as written, whatever separates them', () => {
    expect(list('127.0.0.1:11434, nas.lan\n 10.20.0.0/16,[::1]:80').allow).toEqual([
      '127.0.0.1:11434',
      'nas.lan',
      '10.20.0.0/16',
      '[::1]:80',
    ]);
    expect(list('').entries).toEqual([]);
    expect(list(' , \n').entries).toEqual([]);
  });

  test.each([
    '*',
    '*.lan',
    'http://nas.lan',
    'nas.lan/',
    'a b:1'.replace(' ', ':'),
    'nas.lan:',
    'nas.lan:0',
    'nas.lan:65536',
    'nas.lan:http',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/7',
    '0.0.0.0/0',
    '::/0',
    'fd00::/6',
    '10.0.0.1/8',
    '10.0.0.0/8:80',
    '10.0.0.0/',
    '/8',
    'nas.lan/24',
    '[::1',
    '::1:80:',
    'user@nas.lan',
    '..',
    '-'.repeat(64),
  ])('refuses %j and names it', (entry) => {
    const parsed = parseAllow(`nas.lan,${entry}`);
    expect(parsed).toMatchObject({ ok: false, problem: { code: 'egress.allow', retry: 'no' } });
    if (!parsed.ok) {
      expect(parsed.problem.text).toContain(`"${entry}"`);
      expect(parsed.problem.fix).toContain('127.0.0.1:11434');
    }
  });

  test('says which block was meant when an address lies behind the prefix', () => {
    const parsed = parseAllow('10.1.2.3/8');
    expect(parsed.ok || parsed.problem.text).toContain('10.0.0.0/8');
  });

  test('an address with port opens that address at that port and nothing beside it', () => {
    expect(opens('127.0.0.1:11434', null, '127.0.0.1', 11434)).toEqual({ address: true, port: true });
    expect(opens('127.0.0.1:11434', null, '127.0.0.1', 11435)).toEqual({ address: false, port: false });
    expect(opens('127.0.0.1:11434', null, '127.0.0.2', 11434)).toEqual({ address: false, port: false });
    expect(opens('[::1]:80', null, '::1', 80)).toEqual({ address: true, port: true });
    expect(opens('::1', null, '::1', 80)).toEqual({ address: true, port: false });
  });

  test('a block opens its addresses, without naming a port, and mapped addresses are of the IPv4 block', () => {
    expect(opens('10.20.0.0/16', null, '10.20.255.1', 80)).toEqual({ address: true, port: false });
    expect(opens('10.20.0.0/16', null, '10.21.0.1', 80)).toEqual({ address: false, port: false });
    expect(opens('10.20.0.0/16', 'x.lan', '10.20.0.1', 80)).toEqual({ address: true, port: false });
    expect(opens('10.20.0.0/16', null, '::ffff:10.20.0.1', 80)).toEqual({ address: true, port: false });
    expect(opens('10.20.0.0/16', null, '64:ff9b::a14:1', 80)).toEqual({ address: false, port: false });
    expect(opens('fd00::/8', null, 'fd12::1', 80)).toEqual({ address: true, port: false });
  });

  test('a name opens what that name resolves to, in any spelling of it, and no other name of the same address', () => {
    expect(opens('NAS.Lan.', 'nas.lan', '192.168.1.5', 80)).toEqual({ address: true, port: false });
    expect(opens('nas.lan', 'other.lan', '192.168.1.5', 80)).toEqual({ address: false, port: false });
    expect(opens('nas.lan', null, '192.168.1.5', 80)).toEqual({ address: false, port: false });
    expect(opens('nas.lan', 'evil.nas.lan', '192.168.1.5', 80)).toEqual({ address: false, port: false });
    expect(opens('münchen.example', 'xn--mnchen-3ya.example', '10.0.0.1', 80)).toEqual({ address: true, port: false });
    expect(opens('db.example:5432', 'db.example', '93.184.216.34', 5432)).toEqual({ address: true, port: true });
  });

  test.each([
    '169.254.169.254',
    '169.254.1.1',
    'fd00:ec2::254',
    '100.100.100.200',
    '0.0.0.0',
    '224.0.0.1',
    '240.0.0.1',
    'fe80::1',
    'nonsense',
  ])('a name does not open %s', (address) => {
    expect(opens('nas.lan', 'nas.lan', address, 80).address).toBe(false);
  });

  test('an address that a name cannot open is opened by itself', () => {
    expect(opens('169.254.169.254:80', null, '169.254.169.254', 80)).toEqual({ address: true, port: true });
  });

  test('tells which ports and hosts it names', () => {
    const some = list('nas.lan, 127.0.0.1:5432');
    expect([namesPort(some, 5432), namesPort(some, 80)]).toEqual([true, false]);
    expect([namesHost(some, 'nas.lan'), namesHost(some, 'lan'), namesHost(some, '127.0.0.1')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

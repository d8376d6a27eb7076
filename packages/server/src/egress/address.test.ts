import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAddress } from './address.ts';

const CLOSED4 = [
  ['a loopback address', '127.0.0.1', '127.0.0.53', '127.255.255.254'],
  [
    'a private address',
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '100.127.255.255',
  ],
  ['a link-local address', '169.254.0.1', '169.254.255.255'],
  ['a cloud metadata address', '169.254.169.254', '169.254.170.2', '168.63.129.16', '100.100.100.200', '192.0.0.192'],
  ['a multicast address', '224.0.0.1', '239.255.255.255', '255.255.255.255'],
  [
    'a reserved address',
    '0.0.0.0',
    '0.1.2.3',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    '254.1.1.1',
  ],
] as const;

const CLOSED6 = [
  [
    'a loopback address',
    '::1',
    '::ffff:127.0.0.1',
    '::127.0.0.1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::127.0.0.1',
    '2002:7f00:1::',
    '2002:7f00:0001:1::1',
    '2001:0:4136:e378:8000:63bf:80ff:fffe',
    '::ffff:0:7f00:1',
    '2a01:4f8::5efe:7f00:1',
    '2a01:4f8::200:5efe:7f00:1',
  ],
  [
    'a private address',
    'fc00::1',
    'fd12:3456::1',
    '::ffff:10.0.0.1',
    '::a00:1',
    '64:ff9b::a00:1',
    '64:ff9b:1::a00:1',
    '2002:c0a8:1::1',
    '::ffff:0:c0a8:1',
    '2a01:4f8::5efe:a00:1',
  ],
  ['a link-local address', 'fe80::1', 'febf::1', '2002:a9fe:1::', '::ffff:169.254.1.1'],
  [
    'a cloud metadata address',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::a83f:8110',
    '2002:a9fe:a9fe::',
    'fd00:ec2::254',
    'fd20:ce::254',
  ],
  ['a multicast address', 'ff02::1', 'ff0e::1'],
  [
    'a reserved address',
    '::',
    '100::1',
    '2001:db8::1',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:1::1',
    '3fff::1',
    '5f00::1',
    '4000::1',
    '8000::1',
    'fec0::1',
    '::8.8.8.8',
    '2002:808:808::1',
    '::ffff:0:808:808',
    '64:ff9b:1::808:808',
    '2620:4f:8000::1',
  ],
] as const;

describe('an address is judged', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '126.255.255.255',
    '128.0.0.1',
    '223.255.255.255',
    '169.253.255.255',
    '11.0.0.0',
  ])('open: %s is a global IPv4 address', (address) =>
    expect(judgeAddress(address)).toEqual({ open: true, address, family: 4 }),
  );

  test.each(['2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '2001:4860:4860::8888', '2a01:4f8::5efe:808:808'])(
    'open: %s is a global IPv6 address',
    (address) => expect(judgeAddress(address)).toEqual({ open: true, address, family: 6 }),
  );

  test('open: what carries a global IPv4 address is judged by it, and a mapped one is dialled as IPv4', () => {
    expect(judgeAddress('::ffff:8.8.8.8')).toEqual({ open: true, address: '8.8.8.8', family: 4 });
    expect(judgeAddress('64:ff9b::8.8.8.8')).toEqual({ open: true, address: '64:ff9b::808:808', family: 6 });
  });

  test.each(
    [...CLOSED4, ...CLOSED6].flatMap(([why, ...addresses]) => addresses.map((address) => [address, why] as const)),
  )('closed: %s is %s', (address, why) => {
    expect(judgeAddress(address)).toMatchObject({ open: false, why });
  });

  test.each([
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    '256.1.1.1',
    'fe80::1%eth0',
    '2606:4700::1%1',
    '[::1]',
    ' 8.8.8.8',
    '8.8.8.8 ',
    '8.8.8.8\n',
    '::1::',
    '8.8.8.8/32',
  ])('closed: %j is not an address in strict form', (text) =>
    expect(judgeAddress(text)).toMatchObject({ open: false, why: 'not a usable address' }),
  );
});

/** The IANA special-purpose registries and the multicast and reserved blocks, written down a second time, as ranges. */
const special = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['168.63.129.16', 32],
] as const)
  special.addSubnet(net, bits, 'ipv4');

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
/** Half of all addresses drawn lie near the edge of a special block. */
const edge = fc
  .constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 224, 240, 255)
  .chain((a) =>
    fc.tuple(
      fc.constant(a),
      fc.constantFrom(0, 15, 16, 31, 32, 51, 63, 64, 88, 127, 128, 168, 254),
      fc.nat(255),
      fc.nat(255),
    ),
  );
const ipv4 = fc.oneof(octets, edge).map((four) => four.join('.'));
const hex = (four: string) =>
  four
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
    .replace(/(.{4})(.{4})/, '$1:$2');

describe('whatever the address', () => {
  test('IPv4 is open exactly when no special-purpose registry claims it', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        expect(judgeAddress(address).open).toBe(!special.check(address, 'ipv4'));
      }),
      { numRuns: 3000 },
    );
  });

  test('an IPv6 address that carries a closed IPv4 address is closed, in every wrapping', () => {
    fc.assert(
      fc.property(ipv4, fc.nat(0xffff), (address, x) => {
        fc.pre(special.check(address, 'ipv4'));
        const inner = hex(address);
        const flipped = inner
          .split(':')
          .map((part) => (Number.parseInt(part, 16) ^ 0xffff).toString(16))
          .join(':');
        const tail = x.toString(16);
        for (const wrapped of [
          `::ffff:${inner}`,
          `::ffff:${address}`,
          `::${inner}`,
          `64:ff9b::${inner}`,
          `64:ff9b:1::${inner}`,
          `2002:${inner}::${tail}`,
          `2001:0:${tail}:${tail}::${flipped}`,
          `::ffff:0:${inner}`,
          `2a01:${tail}::5efe:${inner}`,
        ]) {
          expect(judgeAddress(wrapped), wrapped).toMatchObject({ open: false });
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('nothing outside 2000::/3 is open but a global IPv4 address behind NAT64', () => {
    const part = fc.nat(0xffff).map((n) => n.toString(16));
    fc.assert(
      fc.property(fc.tuple(part, part, part, part, part, part, part, part), (parts) => {
        const judged = judgeAddress(parts.join(':'));
        if (judged.open && judged.family === 6) expect(Number.parseInt(parts[0], 16) >> 13).toBe(1);
      }),
      { numRuns: 2000 },
    );
  });
});

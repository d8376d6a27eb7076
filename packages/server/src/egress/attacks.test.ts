// oxlint-disable max-lines -- one catalogue row after the other, each with its twin, over one rig
/**
 * The rows SSRF-* of the attack catalogue at the door itself: real listeners on loopback stand for the inside, and an
 * injected resolver stands for the name servers of the world. NET-0 means: no listener saw a connection, no name was
 * asked for that was not to be asked for. Every row has a twin that shows the legitimate neighbour at work.
 */

import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Door, type DoorOptions, openDoor, type Outcome, type OutRequest, parseAllow } from './door.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Seen = { method: string; url: string; headers: Record<string, unknown>; body: string };
type Listener = { port: number; origin: string; connections: () => number; seen: Seen[]; server: Server };
type Answer = { status?: number; headers?: Record<string, string>; body?: string };

/** A listener that counts connections and answers what `answer` says. */
const listen = async (
  answer: (seen: Seen) => Answer = () => ({ body: 'inside' }),
  host = '127.0.0.1',
  port = 0,
): Promise<Listener> => {
  let connections = 0;
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    seen.push(one);
    const { status = 200, headers = {}, body: text = '' } = answer(one);
    response.writeHead(status, headers).end(text);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((ready, fail) => server.once('error', fail).listen(port, host, ready));
  closing.push(() => new Promise((done) => server.close(done).closeAllConnections()));
  const { port: bound } = server.address() as AddressInfo;
  return { port: bound, origin: `http://${host}:${bound}`, connections: () => connections, seen, server };
};

const door = (allow = '', options: DoorOptions = {}): Door & { names: string[] } => {
  const parsed = parseAllow(allow);
  if (!parsed.ok) throw new Error(parsed.problem.text);
  const names: string[] = [];
  const { resolve } = options;
  const opened = openDoor(parsed.value, {
    ...options,
    resolve: async (name) => {
      names.push(name);
      if (resolve === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      return resolve(name);
    },
  });
  closing.push(() => opened.close());
  return { ...opened, names };
};

const ask = (url: string, more: Partial<OutRequest> = {}): OutRequest => ({
  method: 'GET',
  url,
  timeout: 5000,
  maxBytes: 1_000_000,
  maxRedirects: 5,
  inlineBytes: 100_000,
  judge: () => null,
  ...more,
});

/** A list that a formatter leaves in lines. */
const words = (text: string): string[] => text.trim().split(/\s+/);

const codeOf = (outcome: Outcome): string => (outcome.ok ? `answered ${outcome.value.status}` : outcome.problem.code);
/** The code each host gets, in a form that shows which one differs. */
const codesOf = async (out: Door, hosts: readonly string[], port: number): Promise<string[]> => {
  const codes: string[] = [];
  for (const host of hosts) codes.push(`${host} ${codeOf(await out.request(ask(`http://${host}:${port}/`)))}`);
  return codes;
};
const each = (hosts: readonly string[], code: string): string[] => hosts.map((host) => `${host} ${code}`);

const textOf = (outcome: Outcome): string =>
  outcome.ok && outcome.value.body.kind === 'bytes' ? outcome.value.body.bytes.toString() : JSON.stringify(outcome);

describe('SSRF-01: the inside is closed with zero configuration', () => {
  test.each(
    words(`
    http://127.0.0.1:PORT/ http://localhost:PORT/ http://[::1]:PORT/ http://127.8.8.8:PORT/ http://0.0.0.0:PORT/
    http://10.0.0.1/ http://172.16.5.4/ http://192.168.1.1/ http://169.254.169.254/latest/meta-data/iam/
    http://[fd00:ec2::254]/latest/meta-data/ http://168.63.129.16/machine?comp=goalstate
    http://100.100.100.200/latest/meta-data/ http://192.0.0.192/opc/v2/ http://100.64.0.1/ http://[fe80::1]/
    http://[fd12::1]/ http://224.0.0.1/ http://255.255.255.255/ http://198.18.0.1/
`),
  )('%s is denied, nothing is dialled, no name is asked for', async (url) => {
    const inside = await listen();
    const out = door();
    const outcome = await out.request(ask(url.replace('PORT', String(inside.port))));
    expect(outcome).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.denied', retry: 'no' } });
    expect(outcome.ok ? '' : outcome.problem.fix).toContain('HEADGATE_EGRESS_ALLOW');
    expect([inside.connections(), out.counters().connections, out.names]).toEqual([0, 0, []]);
  });

  test.each(['metadata.google.internal', 'instance-data.ec2.internal', 'intranet.corp'])(
    '%s is denied by what it resolves to',
    async (name) => {
      const out = door('', { resolve: async () => ['169.254.169.254'] });
      const outcome = await out.request(ask(`http://${name}/computeMetadata/v1/?x=s3cret`));
      expect(outcome).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.denied' } });
      expect(JSON.stringify(outcome)).not.toMatch(/169\.254|s3cret|computeMetadata/);
      expect([out.names, out.counters().connections]).toEqual([[`${name}.`], 0]);
    },
  );

  test('twin: what an admin opened answers, at that port alone', async () => {
    const [inside, other] = [await listen(), await listen()];
    const out = door(`127.0.0.1:${inside.port}`);
    expect(textOf(await out.request(ask(inside.origin)))).toBe('inside');
    expect(codeOf(await out.request(ask(other.origin)))).toBe('egress.denied');
    expect(other.connections()).toBe(0);
  });
});

/** Ways to write 127.0.0.1 that the URL parser reads as it. */
const LOOPBACK = [
  ...words(`
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0X7F000001 0x7f.0.0.1 0x7f.1 0x7f.0x0.0x0.0x1 0177.0.0.1
    0177.1 017700000001 00000177.0.0.1 0000000000000000177.0.0.01 0x0000007f.0.0.1 127.000.000.001
    127.0x0.00.0x1 127.0x1 0177.0x1 127.0.0.1. 127.1. 0x7f000001. 2130706433. %31%32%37.0.0.1 127%2e0%2e0%2e1
    127.0.0.%31 １２７.０.０.１ 127。0。0。1 127．0．0．1 127｡1 ①②⑦.⓪.⓪.① 𝟏𝟐𝟕.𝟎.𝟎.𝟏 0ｘ7f.1
  `),
  '127.0.0.1\t',
  '127.\n0.0.1',
];

/** Other inside addresses in forms that hide them. */
const INSIDE = words(`
    167772161 0xa000001 012.0.0.1 10.1 3232235521 0xc0a80001 0300.0250.0.1 192.168.1 2886729729 0254.020.0.1
    2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.43518 169.16689662 0 0x0 00 0.0 1681915905 4294967295
    0xffffffff
`);

/** Forms that no parser should agree to: junk, overflow, double signs. */
const JUNK = words(`
    256.0.0.1 127.0.0.256 127.0.0.1.1 4294967296 0x100000000 0x7g.0.0.1 08.0.0.1 127..0.1 127.0.0.1.. .127.0.0.1
    127.0.0.1%00 127.0.0.1%20 127.0.0.1% [127.0.0.1] 1e3.1 +127.0.0.1 127.0.0.1:80
`);

describe('SSRF-02: number forms', () => {
  test('a matrix of more than 60 forms is denied, NET-0', async () => {
    const inside = await listen();
    const out = door();
    const hidden = [...LOOPBACK, ...INSIDE];
    expect(await codesOf(out, hidden, inside.port)).toEqual(each(hidden, 'egress.denied'));
    const refused = (await codesOf(out, JUNK, inside.port)).map((line) =>
      line.replace(/ egress\.(url|name)$/, ' refused'),
    );
    expect(refused).toEqual(each(JUNK, 'refused'));
    expect(LOOPBACK.length + INSIDE.length + JUNK.length).toBeGreaterThan(60);
    expect([inside.connections(), out.counters().connections, out.names]).toEqual([0, 0, []]);
  });

  test.each(['127.0.0.1x', '127.0.0.1.example', '0x7f.example', '1.1.1.1x', '127.0.0.-1'])(
    '%s is a name like any other: asked for, judged by its answer',
    async (name) => {
      const out = door('', { resolve: async () => ['127.0.0.1'] });
      expect(codeOf(await out.request(ask(`http://${name}/`)))).toBe('egress.denied');
      expect(out.names).toEqual([`${name}.`]);
    },
  );

  test('the host is what every reader takes it for: a trick with @, # or \\ changes nothing', async () => {
    const inside = await listen();
    const out = door();
    const tricks = [
      [`http://example.com@127.0.0.1:${inside.port}/`, 'egress.url'],
      [`http://example.com:80@127.0.0.1:${inside.port}/`, 'egress.url'],
      [`http://127.0.0.1:${inside.port}#@example.com/`, 'egress.denied'],
      [`http://127.0.0.1:${inside.port}\\@example.com/`, 'egress.denied'],
      [`http://127.0.0.1:${inside.port}?@example.com/`, 'egress.denied'],
      [`http:\\\\127.0.0.1:${inside.port}/`, 'egress.denied'],
      [`http:127.0.0.1:${inside.port}/`, 'egress.denied'],
      [`  http://127.0.0.1:${inside.port}/`, 'egress.denied'],
    ] as const;
    const got = await Promise.all(tricks.map(async ([url]) => [url, codeOf(await out.request(ask(url)))]));
    expect(got).toEqual(tricks);
    expect([inside.connections(), out.names]).toEqual([0, []]);
  });

  test('twin: every form of 127.0.0.1 reaches it once it is opened, with the one canonical Host', async () => {
    const inside = await listen();
    const out = door(`127.0.0.1:${inside.port}`);
    expect(await codesOf(out, LOOPBACK, inside.port)).toEqual(each(LOOPBACK, 'answered 200'));
    expect(new Set(inside.seen.map(({ headers }) => headers['host']))).toEqual(new Set([`127.0.0.1:${inside.port}`]));
  });
});

const WRAPPERS = words(`
    :: ::1 0:0:0:0:0:0:0:1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:127.0.0.1 0:0:0:0:0:ffff:127.0.0.1 ::127.0.0.1
    ::7f00:1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::127.0.0.1 2002:7f00:1:: 2002:7f00:1::1
    2001:0:53aa:64c:0:0:80ff:fffe 2a01:4f8::5efe:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe
    2002:a9fe:a9fe:: 2002:c0a8:101:: fc00::1 fd12:3456:789a::1 fe80::1 fec0::1 ff02::1 100::1 2001:db8::1 3fff::1
    5f00::1 4000::1 ::8.8.8.8 2002:808:808::
`);

describe('SSRF-03: IPv6 wrappers', () => {
  test('each is denied, NET-0', async () => {
    const inside = await listen();
    const out = door();
    const hosts = WRAPPERS.map((wrapper) => `[${wrapper}]`);
    expect(await codesOf(out, hosts, inside.port)).toEqual(each(hosts, 'egress.denied'));
    expect([inside.connections(), out.counters().connections, out.names]).toEqual([0, 0, []]);
  });

  test('each is denied as the answer to a name, NET-0', async () => {
    const inside = await listen();
    const answers = [...WRAPPERS];
    const out = door('', { resolve: async () => answers.splice(0, 1) });
    const hosts = WRAPPERS.map((_, i) => `answer${i}.example`);
    expect(await codesOf(out, hosts, inside.port)).toEqual(each(hosts, 'egress.denied'));
    expect([inside.connections(), out.counters().connections, out.names.length]).toEqual([0, 0, WRAPPERS.length]);
  });

  test.each(['[fe80::1%25eth0]', '[fe80::1%eth0]', '[::1%lo]', '[::1', '::1', '[::ffff:127.0.0.1]x'])(
    '%s with a zone or junk is no URL at all',
    async (host) => {
      const out = door();
      expect(codeOf(await out.request(ask(`http://${host}/`)))).toMatch(/^egress\.(url|name)$/);
      expect(out.names).toEqual([]);
    },
  );

  test('twin: a mapped address is the IPv4 address an admin opened, and ::1 opens as itself', async () => {
    const inside = await listen();
    const out = door(`127.0.0.1:${inside.port}`);
    expect(textOf(await out.request(ask(`http://[::ffff:127.0.0.1]:${inside.port}/`)))).toBe('inside');
    expect(codeOf(await out.request(ask(`http://[64:ff9b::127.0.0.1]:${inside.port}/`)))).toBe('egress.denied');
    // A machine without IPv6 cannot listen on ::1; the door then says so after having judged it open.
    const six = await listen(undefined, '::1').catch(() => null);
    const outcome = await door('::1').request(ask(`http://[::1]:${six?.port ?? 1024}/`));
    expect(codeOf(outcome)).toBe(six === null ? 'egress.connect' : 'answered 200');
  });
});

describe('SSRF-05: mixed answers and rebinding', () => {
  test('one closed record denies the whole answer, wherever it stands', async () => {
    const inside = await listen();
    const answers = [
      ['127.0.0.1', '93.184.216.34'],
      ['93.184.216.34', '127.0.0.1'],
      ['2606:4700:4700::1111', '::1'],
      ['93.184.216.34', '2606:4700:4700::1111', 'fd00::1'],
      ['93.184.216.34', '::ffff:127.0.0.1'],
      ['93.184.216.34', 'nonsense'],
    ];
    const hosts = answers.map((_, i) => `answer${i}.example`);
    const out = door('', { resolve: async (name) => answers[hosts.indexOf(name.slice(0, -1))] ?? [] });
    expect(await codesOf(out, hosts, inside.port)).toEqual(each(hosts, 'egress.denied'));
    expect([inside.connections(), out.counters().connections, out.counters().refused]).toEqual([0, 0, hosts.length]);
  });

  test('a name is resolved once per call, and a later answer is judged anew even while a connection of that name is open', async () => {
    const inside = await listen(undefined, '127.0.0.1');
    let answer = ['127.0.0.1'];
    const out = door('127.0.0.0/8', { resolve: async () => answer });
    const url = `http://world.example:${inside.port}/`;
    expect(textOf(await out.request(ask(url)))).toBe('inside');
    expect(out.names.length).toBe(1);
    answer = ['169.254.169.254'];
    expect(codeOf(await out.request(ask(url)))).toBe('egress.denied');
    answer = ['10.1.2.3'];
    expect(codeOf(await out.request(ask(url)))).toBe('egress.denied');
    expect(inside.seen.length).toBe(1);
  });

  test('a connection belongs to the address it was judged for: another address of the same name gets its own', async () => {
    const first = await listen(() => ({ body: 'first' }), '127.0.0.1');
    // Some systems have the whole of 127/8, some have IPv6.
    const beside = (host: string) => listen(() => ({ body: 'second' }), host, first.port).then(() => host);
    const other = await beside('127.0.0.2').catch(() => beside('::1'));
    let answer = ['127.0.0.1'];
    const out = door('world.example', { resolve: async () => answer });
    const url = `http://world.example:${first.port}/`;
    expect(textOf(await out.request(ask(url)))).toBe('first');
    answer = [other];
    expect(textOf(await out.request(ask(url)))).toBe('second');
    answer = ['127.0.0.1'];
    expect(textOf(await out.request(ask(url)))).toBe('first');
    expect(out.counters()).toMatchObject({ connections: 2, reused: 1 });
  });

  test('twin: an answer of several open addresses works, the next one when the first is dead', async () => {
    const inside = await listen();
    const out = door('127.0.0.0/8', { resolve: async () => ['127.0.0.99', '127.0.0.1'] });
    expect(textOf(await out.request(ask(`http://world.example:${inside.port}/`)))).toBe('inside');
  });
});

describe('SSRF-06: redirects to the inside', () => {
  test.each([301, 302, 303, 307, 308])('%i to a closed listener is denied at its hop, NET-0', async (status) => {
    const inside = await listen();
    const outside = await listen(() => ({ status, headers: { location: `${inside.origin}/admin?x=s3cret` } }));
    const out = door(`127.0.0.1:${outside.port}`);
    const outcome = await out.request(ask(outside.origin, { method: 'POST', body: 'x' }));
    expect(outcome).toMatchObject({ ok: false, sent: 'maybe', problem: { code: 'egress.denied' } });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
    expect(inside.connections()).toBe(0);
  });

  test('so is one after several harmless hops, and one to a name that leads inside', async () => {
    const inside = await listen();
    const outside = await listen(({ url }) => {
      const n = Number(url.slice(1));
      return { status: 302, headers: { location: n < 3 ? `/${n + 1}` : `http://rebound.example:${inside.port}/` } };
    });
    const out = door(`127.0.0.1:${outside.port}`, { resolve: async () => ['127.0.0.1'] });
    expect(codeOf(await out.request(ask(`${outside.origin}/0`)))).toBe('egress.denied');
    expect([outside.seen.map(({ url }) => url), inside.connections()]).toEqual([['/0', '/1', '/2', '/3'], 0]);
  });

  test.each([
    ['file:///etc/passwd', 'egress.scheme'],
    ['gopher://127.0.0.1:6379/_x', 'egress.scheme'],
    ['vbscript:x', 'egress.scheme'],
    ['http://user:pass@example.com/', 'egress.redirects'],
    ['http://[::1', 'egress.redirects'],
    ['//127.0.0.1:22/', 'egress.denied'],
    ['http://2130706433:8080/', 'egress.denied'],
  ])('a Location of %s ends in %s', async (location, code) => {
    const outside = await listen(() => ({ status: 302, headers: { location } }));
    const out = door(`127.0.0.1:${outside.port}`);
    expect(codeOf(await out.request(ask(outside.origin)))).toBe(code);
    expect(out.counters().connections).toBe(1);
  });

  test('the caller judges every hop before its name is looked up, and a refusal ends the call there', async () => {
    const outside = await listen(() => ({ status: 302, headers: { location: 'http://elsewhere.example:8080/x' } }));
    const out = door(`127.0.0.1:${outside.port}`, { resolve: async () => ['93.184.216.34'] });
    const hops: unknown[] = [];
    const refusal = { code: 'grant.missing', text: 'not lent', retry: 'no' } as const;
    const outcome = await out.request(
      ask(`${outside.origin}/start`, {
        method: 'post',
        judge: ({ method, url, host, port, hop }) => {
          hops.push([method, url.href, host, port, hop]);
          return hop === 0 ? null : refusal;
        },
      }),
    );
    expect(outcome).toEqual({ ok: false, problem: refusal, sent: 'maybe' });
    expect(hops).toEqual([
      ['POST', `${outside.origin}/start`, '127.0.0.1', outside.port, 0],
      ['GET', 'http://elsewhere.example:8080/x', 'elsewhere.example', 8080, 1],
    ]);
    expect(out.names).toEqual([]);
  });

  test('what the caller does to the URL it judges changes nothing', async () => {
    const [outside, inside] = [await listen(() => ({ body: 'outside' })), await listen()];
    const out = door(`127.0.0.1:${outside.port}`);
    const outcome = await out.request(
      ask(outside.origin, {
        judge: ({ url }) => {
          url.port = String(inside.port);
          url.pathname = '/admin';
          return null;
        },
      }),
    );
    expect([textOf(outcome), inside.connections(), outside.seen[0]?.url]).toEqual(['outside', 0, '/']);
  });

  test('a loop ends at the cap', async () => {
    const outside = await listen(({ url }) => ({ status: 302, headers: { location: `${url}x` } }));
    const out = door(`127.0.0.1:${outside.port}`);
    const outcome = await out.request(ask(outside.origin, { maxRedirects: 3 }));
    expect(outcome).toMatchObject({ ok: false, sent: 'maybe', problem: { code: 'egress.redirects', retry: 'no' } });
    expect(outside.seen.length).toBe(4);
  });

  test('a meta refresh in a page is text, not a redirect', async () => {
    const inside = await listen();
    const page = `<meta http-equiv="refresh" content="0;url=${inside.origin}">`;
    const outside = await listen(() => ({
      headers: { 'content-type': 'text/html', refresh: `0;url=${inside.origin}` },
      body: page,
    }));
    expect(textOf(await door(`127.0.0.1:${outside.port}`).request(ask(outside.origin)))).toBe(page);
    expect(inside.connections()).toBe(0);
  });

  test('twin: a redirect to an open place is followed and told', async () => {
    const target = await listen(() => ({ body: 'arrived' }));
    const outside = await listen(() => ({ status: 302, headers: { location: `${target.origin}/there#part` } }));
    const out = door(`127.0.0.1:${outside.port},127.0.0.1:${target.port}`);
    const outcome = await out.request(ask(outside.origin));
    expect(outcome).toMatchObject({ ok: true, value: { status: 200, url: `${target.origin}/there`, hops: 1 } });
    expect(out.counters()).toMatchObject({ requests: 1, answered: 1, redirects: 1 });
  });

  test('twin: with a cap of 0 the redirect itself is the answer', async () => {
    const outside = await listen(() => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }));
    const outcome = await door(`127.0.0.1:${outside.port}`).request(ask(outside.origin, { maxRedirects: 0 }));
    expect(outcome).toMatchObject({ ok: true, value: { status: 302, headers: { location: 'http://127.0.0.1:1/' } } });
  });
});

describe('SSRF-08: credentials stay with the origin they were given for', () => {
  const secrets = {
    authorization: 'Bearer c4nary',
    cookie: 'sid=c4nary',
    'x-api-key': 'c4nary',
    'x-own-token': 'c4nary',
    'api-proxy': 'c4nary',
    referer: 'http://c4nary/',
    'content-type': 'text/plain',
  };

  test.each([301, 302, 303, 307, 308])(
    '%i to another port, name or scheme carries none of them, and they do not come back',
    async (status) => {
      const thief = await listen(({ url }) =>
        url === '/back' ? { status: 302, headers: { location: `${origin.origin}/end` } } : {},
      );
      const origin: Listener = await listen(({ url }) =>
        url === '/end' ? { body: 'end' } : { status, headers: { location: `${thief.origin}/back` } },
      );
      const out = door(`127.0.0.1:${thief.port},127.0.0.1:${origin.port}`);
      expect(textOf(await out.request(ask(origin.origin, { method: 'POST', headers: secrets, body: 'b' })))).toBe(
        'end',
      );
      expect(JSON.stringify(origin.seen[0])).toContain('c4nary');
      expect(JSON.stringify([thief.seen, origin.seen.slice(1)])).not.toContain('c4nary');
      expect(thief.seen.length).toBe(1);
    },
  );

  test('a name that merely leads to the same address is another origin', async () => {
    const origin: Listener = await listen(({ headers }) =>
      String(headers['host']).startsWith('evil')
        ? {}
        : { status: 307, headers: { location: `http://evil.api.example:${origin.port}/` } },
    );
    const out = door(`api.example,evil.api.example`, { resolve: async () => ['127.0.0.1'] });
    expect(codeOf(await out.request(ask(`http://api.example:${origin.port}/`, { headers: secrets })))).toBe(
      'answered 200',
    );
    expect(origin.seen.map((seen) => JSON.stringify(seen).includes('c4nary'))).toEqual([true, false]);
  });

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [307, 'POST', 'POST'],
    [308, 'PATCH', 'PATCH'],
  ] as const)(
    'twin: within the origin they travel: %i after %s goes on as %s, as the Fetch standard says',
    async (status, method, then) => {
      const origin = await listen(({ url }) => (url === '/' ? { status, headers: { location: '/next' } } : {}));
      const out = door(`127.0.0.1:${origin.port}`);
      const body = method === 'HEAD' ? {} : { body: 'kept' };
      await out.request(ask(origin.origin, { method, headers: secrets, ...body }));
      const next = origin.seen[1];
      expect(next).toMatchObject({
        method: then,
        url: '/next',
        body: then === method && method !== 'HEAD' ? 'kept' : '',
      });
      expect(next?.headers).toMatchObject({ authorization: 'Bearer c4nary', 'x-own-token': 'c4nary' });
      expect(next?.headers['content-type']).toBe(then === method ? 'text/plain' : undefined);
    },
  );

  test('cookies that an answer sets are told and never sent', async () => {
    const origin = await listen(() => ({ headers: { 'set-cookie': 'sid=1' } }));
    const out = door(`127.0.0.1:${origin.port}`);
    expect(await out.request(ask(origin.origin))).toMatchObject({
      ok: true,
      value: { headers: { 'set-cookie': ['sid=1'] } },
    });
    await out.request(ask(origin.origin));
    expect(origin.seen.map(({ headers }) => headers['cookie'])).toEqual([undefined, undefined]);
  });
});

describe('SSRF-10: schemes and ports', () => {
  test.each(
    words(`
    file:///etc/passwd data:text/plain,x ftp://example.com/ gopher://example.com/ unix:/var/run/docker.sock
    http+unix://%2Fvar%2Frun%2Fdocker.sock/ ws://example.com/ ldap://example.com/ vbscript:x
    blob:http://example.com/x about:blank
`),
  )('%s is refused, NET-0', async (url) => {
    const out = door('', { resolve: async () => ['93.184.216.34'] });
    expect(await out.request(ask(url))).toMatchObject({
      ok: false,
      sent: 'no',
      problem: { code: 'egress.scheme', retry: 'no', at: { field: 'url' } },
    });
    expect([out.names, out.counters().connections]).toEqual([[], 0]);
  });

  test.each([
    '',
    '/path',
    'example.com',
    '//example.com',
    'http://',
    'http:///',
    'http://:80/',
    'http://exa mple.com/',
    'http://example.com:99999/',
    `http://example.com/${'a'.repeat(70_000)}`,
  ])('%j is no URL', async (url) => {
    expect(await door().request(ask(url))).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.url' } });
  });

  test.each([
    0, 22, 23, 25, 53, 110, 143, 389, 445, 587, 1433, 1521, 2049, 2375, 2376, 2379, 3306, 3389, 5432, 5672, 5900, 5985,
    6000, 6379, 6667, 9042, 9092, 9300, 10250, 11211, 27017,
  ])('port %i of a public place is denied before any lookup', async (port) => {
    const out = door('', { resolve: async () => ['93.184.216.34'] });
    for (const host of ['db.example', '93.184.216.34', '[2606:4700:4700::1111]']) {
      const outcome = await out.request(ask(`http://${host}:${port}/`));
      expect(outcome).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.denied' } });
      expect(outcome.ok ? '' : outcome.problem.fix).toContain(`${host}:${port} to HEADGATE_EGRESS_ALLOW`);
    }
    expect([out.names, out.counters().connections]).toEqual([[], 0]);
  });

  /** A listener on a port of the closed list that happens to be free. */
  const onClosedPort = async (): Promise<Listener> => {
    for (const port of [50000, 61613, 28015, 27019, 33060, 26257]) {
      const listener = await listen(undefined, '127.0.0.1', port).catch(() => null);
      if (listener !== null) return listener;
    }
    throw new Error('none of the closed ports is free on this machine');
  };

  test('opening an address or a name does not open its closed ports; naming the port does', async () => {
    const inside = await onClosedPort();
    const resolve = async () => ['127.0.0.1'];
    const cases = [
      ['127.0.0.1', '127.0.0.1', 'egress.denied'],
      ['127.0.0.0/8', '127.0.0.1', 'egress.denied'],
      ['db.example', 'db.example', 'egress.denied'],
      [`other.example:${inside.port}, db.example`, 'db.example', 'egress.denied'],
      [`127.0.0.1:${inside.port}`, '127.0.0.1', 'answered 200'],
      [`127.0.0.1:${inside.port}`, 'db.example', 'answered 200'],
      [`db.example:${inside.port}`, 'db.example', 'answered 200'],
      [`localhost:${inside.port}`, 'localhost', 'answered 200'],
    ] as const;
    const url = (host: string) => `http://${host}:${inside.port}/`;
    const got = cases.map(async ([allow, host]) => [
      allow,
      host,
      codeOf(await door(allow, { resolve }).request(ask(url(host)))),
    ]);
    expect(await Promise.all(got)).toEqual(cases);
  });

  test('twin: ports that serve HTTP are judged by address alone', async () => {
    const out = door('', { resolve: async () => ['10.0.0.1'] });
    for (const port of [80, 443, 3000, 5000, 5984, 8000, 8080, 8086, 8443, 9000, 9200, 11434]) {
      const outcome = await out.request(ask(`http://web.example:${port}/`));
      expect(outcome.ok ? '' : outcome.problem.text).toContain('the name leads to a private address');
    }
  });
});

describe('SSRF-11: special names', () => {
  test.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'LocalHost.',
    'foo.localhost',
    'a.b.localhost.',
    'ⓛocalhost',
    'ｌｏｃａｌｈｏｓｔ',
    'local\u00adhost',
    'loc%61lhost',
    'localho\tst',
    'loＣalhost',
  ])('%s is this machine: denied without asking anybody', async (name) => {
    const inside = await listen();
    const out = door('', { resolve: async () => ['93.184.216.34'] });
    expect(codeOf(await out.request(ask(`http://${name}:${inside.port}/`)))).toBe('egress.denied');
    expect([inside.connections(), out.names]).toEqual([0, []]);
  });

  test.each([
    ['EXAMPLE.com', 'example.com.'],
    ['example.com.', 'example.com.'],
    ['intranet', 'intranet.'],
    ['printer.local', 'printer.local.'],
    ['metadata.google.INTERNAL.', 'metadata.google.internal.'],
    ['bücher.example', 'xn--bcher-kva.example.'],
    ['ＥＸＡＭＰＬＥ。com', 'example.com.'],
    ['_srv.example.com', '_srv.example.com.'],
  ])('%s is normalised once and asked for as %s, with no search domain', async (name, asked) => {
    const out = door('', { resolve: async () => ['192.168.0.1'] });
    const judged: string[] = [];
    const outcome = await out.request(
      ask(`http://${name}/`, {
        judge: ({ host, url }) => {
          judged.push(host, url.hostname);
          return null;
        },
      }),
    );
    expect(codeOf(outcome)).toBe('egress.denied');
    expect(out.names).toEqual([asked]);
    expect(new Set(judged)).toEqual(new Set([asked.slice(0, -1)]));
  });

  test.each([
    'localhost..',
    'example..com',
    '.example.com',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(130)}example`,
    'exa*mple.com',
    '*.example.com',
    "a'b.example",
    '.',
  ])('%s cannot be a name: refused without asking anybody', async (name) => {
    const out = door('', { resolve: async () => ['93.184.216.34'] });
    expect(codeOf(await out.request(ask(`http://${name}/`)))).toMatch(/^egress\.(name|url)$/);
    expect(out.names).toEqual([]);
  });

  test('twin: an opened name reaches its place in every spelling, with the normalised Host', async () => {
    const inside = await listen();
    const out = door('nas.lan', { resolve: async () => ['127.0.0.1'] });
    const spellings = ['nas.lan', 'NAS.LAN', 'nas.lan.', 'ｎas.lan'];
    expect(await codesOf(out, spellings, inside.port)).toEqual(each(spellings, 'answered 200'));
    expect(new Set(inside.seen.map(({ headers }) => headers['host']))).toEqual(new Set([`nas.lan:${inside.port}`]));
  });

  test('twin: localhost reaches this machine when its name or one of its addresses is opened', async () => {
    const inside = await listen();
    expect(codeOf(await door(`localhost:${inside.port}`).request(ask(`http://localhost:${inside.port}/`)))).toBe(
      'answered 200',
    );
    expect(codeOf(await door(`127.0.0.1:${inside.port}`).request(ask(`http://localhost:${inside.port}/`)))).toBe(
      'answered 200',
    );
    expect(codeOf(await door(`localhost:${inside.port + 1}`).request(ask(`http://localhost:${inside.port}/`)))).toBe(
      'egress.denied',
    );
  });
});

describe('SSRF-13: header smuggling', () => {
  /** A listener that keeps every byte it is sent. */
  const wire = async (): Promise<{ port: number; bytes: () => string }> => {
    let bytes = '';
    const server: TcpServer = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        bytes += chunk.toString('latin1');
        if (/\r\n\r\n/.test(bytes)) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    closing.push(() => new Promise((done) => server.close(done)));
    return { port: (server.address() as AddressInfo).port, bytes: () => bytes };
  };

  test.each([
    { 'x-a': 'b\r\nHost: evil' },
    { 'x-a': 'b\nX: y' },
    { 'x-a': 'b\ry' },
    { 'x-a': 'b\0' },
    { 'x-a': 'b\r\n\r\nGET /admin HTTP/1.1\r\nHost: evil' },
    { 'x-a\r\nHost: evil': 'b' },
    { 'x a': 'b' },
    { 'x-a:': 'b' },
    { '': 'b' },
    { Host: 'evil' },
    { hOsT: 'evil' },
    { ':authority': 'evil' },
    { ':method': 'POST' },
    { 'Content-Length': '0' },
    { 'transfer-encoding': 'chunked' },
    { 'Transfer-Encoding ': 'chunked' },
    { Connection: 'upgrade' },
    { 'keep-alive': 'timeout=99999' },
    { Upgrade: 'h2c' },
    { 'HTTP2-Settings': 'x' },
    { TE: 'trailers' },
    { Trailer: 'x' },
    { Expect: '100-continue' },
    { 'Proxy-Authorization': 'Basic x' },
    { 'proxy-connection': 'keep-alive' },
    { 'x-a': '\u0130' },
    { 'x-a': 'b\u010dHost: evil\u010a' },
  ] as Record<string, string>[])('%j is refused before anything is asked or dialled', async (headers) => {
    const { port, bytes } = await wire();
    const out = door(`127.0.0.1:${port}`);
    expect(await out.request(ask(`http://127.0.0.1:${port}/`, { headers }))).toMatchObject({
      ok: false,
      sent: 'no',
      problem: { code: 'egress.header', retry: 'no', at: { field: 'headers' } },
    });
    expect([bytes(), out.counters().connections]).toEqual(['', 0]);
  });

  test('line breaks in path, query and body stay inside them: the wire shows one request with the judged Host', async () => {
    const { port, bytes } = await wire();
    const out = door(`127.0.0.1:${port}`);
    const outcome = await out.request(
      ask(`http://127.0.0.1:${port}/a\r\nHost: evil\r\n\r\n b?c=\r\nX: y\u010d\u010a`, {
        method: 'post',
        headers: { 'x-a': 'ok\tand é', 'content-type': 'text/plain' },
        body: '0\r\n\r\nGET /admin HTTP/1.1\r\nHost: evil\r\n\r\n',
      }),
    );
    expect(codeOf(outcome)).toBe('answered 200');
    expect(bytes()).toBe(
      `POST /aHost:%20evil%20b?c=X:%20y%C4%8D%C4%8A HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\nx-a: ok\tand \xe9\r\ncontent-type: text/plain\r\naccept: */*\r\naccept-encoding: gzip, br, deflate\r\nuser-agent: Headgate\r\ncontent-length: 40\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: evil\r\n\r\n`,
    );
  });

  test('proxy settings of the environment are not honoured', async () => {
    const [inside, proxy] = [await listen(), await listen(() => ({ body: 'proxy' }))];
    const before = { ...process.env };
    try {
      for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY', 'https_proxy'])
        process.env[name] = proxy.origin;
      process.env['NODE_USE_ENV_PROXY'] = '1';
      expect(textOf(await door(`127.0.0.1:${inside.port}`).request(ask(inside.origin)))).toBe('inside');
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
    expect(proxy.connections()).toBe(0);
  });

  test('twin: the headers an author may set arrive as written', async () => {
    const inside = await listen();
    await door(`127.0.0.1:${inside.port}`).request(
      ask(inside.origin, {
        headers: { Authorization: 'Bearer x', 'X-Forwarded-For': '1.2.3.4', 'User-Agent': 'mine', Cookie: 'a=b' },
      }),
    );
    expect(inside.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer x',
      'x-forwarded-for': '1.2.3.4',
      'user-agent': 'mine',
      cookie: 'a=b',
      host: `127.0.0.1:${inside.port}`,
    });
  });
});

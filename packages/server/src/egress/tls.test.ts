/** https through the door: whom it trusts, and what it does not say to anybody else. */

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { type Door, openDoor, type Outcome, type OutRequest, parseAllow } from './door.ts';

/** One DER element (X.690): tag, length, content. */
const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const oid = (...bytes: number[]) => der(6, Buffer.from(bytes));
const ECDSA_SHA256 = der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
const nameOf = (text: string) => der(0x30, der(0x31, der(0x30, oid(0x55, 4, 3), der(0x0c, Buffer.from(text)))));
const timeOf = (date: Date) => der(0x18, Buffer.from(`${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));
const pem = (body: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${body.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

/** A self-signed certificate (RFC 5280) for names and IPv4 addresses, valid from `from` to `to` days from now. */
const certify = (hosts: readonly string[], { from = -1, to = 1 } = {}): { cert: string; key: string } => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = (n: number) => timeOf(new Date(Date.now() + n * 86_400_000));
  const alternatives = hosts.map((host) =>
    /^[\d.]+$/.test(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
  );
  const subject = nameOf(hosts.join(' '));
  const serial = createHash('sha256')
    .update(privateKey.export({ type: 'pkcs8', format: 'der' }))
    .digest()
    .subarray(0, 8);
  const body = der(
    0x30,
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1]), serial),
    ECDSA_SHA256,
    subject,
    der(0x30, day(from), day(to)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, der(0x30, oid(0x55, 0x1d, 0x11), der(4, der(0x30, ...alternatives))))),
  );
  const signature = sign('sha256', body, privateKey);
  const cert = der(0x30, body, ECDSA_SHA256, der(3, Buffer.from([0]), signature));
  return { cert: pem(cert), key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const bind = async (server: Server): Promise<number> => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => new Promise((done) => server.close(done)));
  return (server.address() as AddressInfo).port;
};

type Seen = { host: string | undefined; servername: unknown; alpn: unknown; authorization: string | undefined };
const serve = async (options: ServerOptions, location?: string): Promise<{ port: number; seen: Seen[] }> => {
  const seen: Seen[] = [];
  const server = createServer(options, (request, response) => {
    const { servername, alpnProtocol } = request.socket as TLSSocket & { servername?: string };
    seen.push({
      host: request.headers.host,
      servername,
      alpn: alpnProtocol,
      authorization: request.headers.authorization,
    });
    response.writeHead(location === undefined ? 200 : 302, location === undefined ? {} : { location }).end('secure');
  });
  closing.push(async () => server.closeAllConnections());
  return { port: await bind(server), seen };
};

const door = (authorities: readonly string[] = []): Door => {
  const parsed = parseAllow('api.example, other.example, 127.0.0.1');
  if (!parsed.ok) throw new Error(parsed.problem.text);
  const opened = openDoor(parsed.value, { authorities, resolve: async () => ['127.0.0.1'] });
  closing.push(() => opened.close());
  return opened;
};

const ask = (url: string, headers: Record<string, string> = {}): OutRequest => ({
  method: 'POST',
  url,
  headers,
  body: 'x',
  timeout: 5000,
  maxBytes: 1000,
  maxRedirects: 3,
  inlineBytes: 1000,
  judge: () => null,
});

const expectDistrust = (outcome: Outcome): string => {
  expect(outcome).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.tls', retry: 'no' } });
  return outcome.ok ? '' : outcome.problem.text;
};

describe('https', () => {
  test('is spoken with who shows a certificate for the very host, named in SNI and Host, over connections used again', async () => {
    const identity = certify(['api.example', '127.0.0.1']);
    const peer = await serve(identity);
    const out = door([identity.cert]);
    for (const host of ['api.example', 'API.example.', '127.0.0.1']) {
      expect(await out.request(ask(`https://${host}:${peer.port}/`))).toMatchObject({
        ok: true,
        value: { status: 200 },
      });
    }
    const named = {
      host: `api.example:${peer.port}`,
      servername: 'api.example',
      alpn: 'http/1.1',
      authorization: undefined,
    };
    expect(peer.seen).toEqual([
      named,
      named,
      { host: `127.0.0.1:${peer.port}`, servername: false, alpn: 'http/1.1', authorization: undefined },
    ]);
    expect(out.counters()).toMatchObject({ connections: 2, reused: 1 });
  });

  test('is refused to who signed for himself, whatever the environment says, and nothing of the request is sent', async () => {
    const peer = await serve(certify(['api.example']));
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const text = expectDistrust(await door().request(ask(`https://api.example:${peer.port}/`)));
      expect(text).toBe(`No trusted connection to api.example:${peer.port}: its certificate is signed by itself`);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
    expect(peer.seen).toEqual([]);
  });

  test('is refused with a certificate for another name or address, one that has expired, one that is not valid yet', async () => {
    const right = certify(['api.example']);
    const late = certify(['api.example'], { from: -3, to: -2 });
    const early = certify(['api.example'], { from: 2, to: 3 });
    const out = door([right.cert, late.cert, early.cert]);
    const [peer, expired, future] = [await serve(right), await serve(late), await serve(early)];
    expect(expectDistrust(await out.request(ask(`https://other.example:${peer.port}/`)))).toContain('for another name');
    expect(expectDistrust(await out.request(ask(`https://127.0.0.1:${peer.port}/`)))).toContain('for another name');
    expect(expectDistrust(await out.request(ask(`https://api.example:${expired.port}/`)))).toContain('has expired');
    expect(expectDistrust(await out.request(ask(`https://api.example:${future.port}/`)))).toContain('not valid yet');
    expect([peer.seen, expired.seen, future.seen]).toEqual([[], [], []]);
  });

  test('is refused to who speaks no TLS, or an old one', async () => {
    const plain = await bind(
      createTcpServer(
        (socket) =>
          void socket
            .on('error', () => undefined)
            .resume()
            .end('HTTP/1.1 200 OK\r\n\r\n'),
      ),
    );
    expectDistrust(await door().request(ask(`https://api.example:${plain}/`)));
    const identity = certify(['api.example']);
    const old = await serve({ ...identity, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    expectDistrust(await door([identity.cert]).request(ask(`https://api.example:${old.port}/`)));
  });

  test('a peer that hangs up within the handshake got nothing of the request', async () => {
    const port = await bind(
      createTcpServer((socket) => void socket.on('error', () => undefined).once('data', () => socket.destroy())),
    );
    const outcome = await door().request(ask(`https://api.example:${port}/`));
    expect(outcome).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.connect', retry: 'yes' } });
  });

  test('a redirect down to http carries no credentials', async () => {
    const got: unknown[] = [];
    const plain = await bind(
      createHttpServer((request, response) => void response.end(String(got.push(request.headers.authorization)))),
    );
    const identity = certify(['api.example']);
    const peer = await serve(identity, `http://api.example:${plain}/`);
    const outcome = await door([identity.cert]).request(
      ask(`https://api.example:${peer.port}/`, { authorization: 'Bearer s3cret' }),
    );
    expect(outcome).toMatchObject({ ok: true, value: { status: 200, hops: 1 } });
    expect([peer.seen[0]?.authorization, got]).toEqual(['Bearer s3cret', [undefined]]);
  });
});

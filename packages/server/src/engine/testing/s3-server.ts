/**
 * A small S3 on loopback for tests: buckets and objects in memory. It judges every signature itself, by code that shares
 * nothing with what it tests: header by header and link by link, as the documentation of AWS has it.
 */

import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type S3Server = {
  readonly url: string;
  readonly host: string;
  /** Objects by `bucket/key`. */
  readonly objects: Map<string, { readonly bytes: Buffer; readonly type: string }>;
  /** Method and path of every call, and what was wrong with it. */
  readonly calls: string[];
  readonly close: () => Promise<void>;
};

export const S3_ID = 'AKTEST0123456789';
export const S3_KEY = 'secret-key-canary/+0123456789';
export const S3_REGION = 'eu-test-1';

const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const digest = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** The code of what is wrong with who calls; null: nothing is. */
const faultOf = (request: IncomingMessage, body: Buffer): string | null => {
  const [path = '', search = ''] = (request.url ?? '').split('?');
  const pairs = search === '' ? [] : search.split('&').map((pair) => pair.replaceAll('+', '%20').split('='));
  const asked = new Map(pairs.map(([name = '', value = '']) => [name, decodeURIComponent(value)]));
  const given = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(
    request.headers.authorization ?? '',
  );
  const link = given === null;
  const [credential = '', names = '', signature = ''] = link
    ? ['X-Amz-Credential', 'X-Amz-SignedHeaders', 'X-Amz-Signature'].map((name) => asked.get(name))
    : given.slice(1);
  const [id, day = '', region = '', service = ''] = credential.split('/');
  if (id !== S3_ID) return 'InvalidAccessKeyId';
  if (region !== S3_REGION || service !== 's3') return 'AuthorizationHeaderMalformed';
  const stamp = link ? (asked.get('X-Amz-Date') ?? '') : String(request.headers['x-amz-date']);
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const until = at + (link ? Number(asked.get('X-Amz-Expires')) * 1_000 : 900_000);
  if (!(Date.now() <= until && at <= Date.now() + 900_000)) return link ? 'AccessDenied' : 'RequestTimeTooSkewed';
  const payload = link ? 'UNSIGNED-PAYLOAD' : String(request.headers['x-amz-content-sha256']);
  if (!link && payload !== digest(body)) return 'XAmzContentSHA256Mismatch';
  const signed = names.split(';');
  const mustBe = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (mustBe.some((name) => !signed.includes(name))) return 'AccessDenied';
  const query = pairs
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name = '', value = '']) => `${name}=${value}`)
    .sort()
    .join('&');
  const lines = signed.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`).join('');
  const canonical = `${request.method ?? ''}\n${path}\n${query}\n${lines}\n${names}\n${payload}`;
  const key = mac(mac(mac(mac(`AWS4${S3_KEY}`, day), region), service), 'aws4_request');
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${day}/${region}/${service}/aws4_request\n${digest(canonical)}`;
  return mac(key, text).toString('hex') === signature ? null : 'SignatureDoesNotMatch';
};

const xml = (text: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const s3Server = async (): Promise<S3Server> => {
  const objects: S3Server['objects'] = new Map();
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const url = new URL(request.url ?? '', 'http://x');
      const fault = faultOf(request, body);
      calls.push(`${request.method ?? ''} ${url.pathname}${fault === null ? '' : ` ${fault}`}`);
      const say = (status: number, text: string): void => {
        response.writeHead(status, { 'content-type': 'application/xml' });
        response.end(xml(text));
      };
      const refuse = (status: number, code: string): void => say(status, `<Error><Code>${code}</Code></Error>`);
      if (fault !== null) return refuse(403, fault);
      const [bucket = '', ...parts] = url.pathname.slice(1).split('/').map(decodeURIComponent);
      const at = `${bucket}/${parts.join('/')}`;
      if (bucket === '')
        return say(
          200,
          '<ListAllMyBucketsResult><Buckets><Bucket><Name>shop</Name></Bucket></Buckets></ListAllMyBucketsResult>',
        );
      if (bucket !== 'shop') return refuse(404, 'NoSuchBucket');
      if (parts.length === 0) {
        const from = `shop/${url.searchParams.get('continuation-token') ?? ''}`;
        const all = [...objects.keys()]
          .filter((key) => key.startsWith(`shop/${url.searchParams.get('prefix') ?? ''}`) && key > from)
          .sort();
        const page = all.slice(0, Number(url.searchParams.get('max-keys') ?? 1_000));
        const listed = page.map((key) => `<Contents><Key>${escaped(key.slice(5))}</Key></Contents>`).join('');
        const more = all.length > page.length;
        const next = more
          ? `<NextContinuationToken>${escaped(page.at(-1)?.slice(5) ?? '')}</NextContinuationToken>`
          : '';
        return say(200, `<ListBucketResult><IsTruncated>${more}</IsTruncated>${listed}${next}</ListBucketResult>`);
      }
      if (request.method === 'PUT') {
        objects.set(at, { bytes: body, type: request.headers['content-type'] ?? '' });
        return void response.end();
      }
      if (request.method === 'DELETE') {
        objects.delete(at);
        response.writeHead(204);
        return void response.end();
      }
      const found = objects.get(at);
      if (found === undefined) return refuse(404, 'NoSuchKey');
      response.writeHead(200, { 'content-type': found.type });
      return void response.end(found.bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ objects, calls, url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

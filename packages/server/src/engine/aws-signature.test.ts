/** The examples that AWS publishes: its test suite of Signature Version 4, and the guide of S3. */

import { expect, test } from 'vitest';
import { type Signed, signHeaders, signLink } from './aws-signature.ts';

const signatureIn = (headers: Readonly<Record<string, string>>): string =>
  /Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '')?.[1] ?? '';

const suite = (method: string, path: string): Signed => ({
  method,
  url: new URL(`https://example.amazonaws.com${path}`),
  key: { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  at: Date.UTC(2015, 7, 30, 12, 36, 0),
  ...{ region: 'us-east-1', service: 'service' },
});

test.each([
  ['get-vanilla', 'GET', '/', {}, '', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'get-vanilla-query-order-key-case',
    ...['GET', '/?Param2=value2&Param1=value1', {}, ''],
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  ['post-vanilla', 'POST', '/', {}, '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'post-x-www-form-urlencoded',
    ...['POST', '/', { 'content-type': 'application/x-www-form-urlencoded' }, 'Param1=value1'],
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
] as [string, string, string, Record<string, string>, string, string][])(
  'the suite of AWS, %s',
  (_name, method, path, headers, body, signature) => {
    expect(signatureIn(signHeaders(suite(method, path), headers, body, false))).toBe(signature);
  },
);

const s3 = (method: string, path: string): Signed => ({
  method,
  url: new URL(`https://examplebucket.s3.amazonaws.com${path}`),
  key: { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  at: Date.UTC(2013, 4, 24),
  ...{ region: 'us-east-1', service: 's3' },
});

test.each([
  [
    ...['GET', '/test.txt', { range: 'bytes=0-9' }, ''],
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    ...['PUT', '/test%24file.text'],
    { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    'Welcome to Amazon S3.',
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  ['GET', '/?lifecycle', {}, '', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  ['GET', '/?max-keys=2&prefix=J', {}, '', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
] as [string, string, Record<string, string>, string, string][])(
  'the guide of S3, %s %s',
  (method, path, headers, body, signature) => {
    expect(signatureIn(signHeaders(s3(method, path), headers, body))).toBe(signature);
  },
);

test('the guide of S3, a link', () => {
  expect(signLink(s3('GET', '/test.txt'), 86_400)).toBe(
    'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});

/**
 * http.request: one HTTP request through the net power it was lent. Redirects, addresses, sizes and secrets are judged
 * by the broker and the outgoing door; this says what to send and what counts as an answer.
 *
 * R1 A status outside 2xx and `accept` is a Problem: a flow never goes on with an error page by accident.
 * R2 A request that changes something is repeatable only if its caller gave it an Idempotency-Key.
 */

import {
  DURATION,
  defineStep,
  done,
  failed,
  headersField,
  headersOf,
  milliseconds,
  problem,
  retryAfter,
  SECRET_NAME,
  SECRET_NAME_IS,
  z,
} from '@headgate/core/step';
import { needsOf } from './target.ts';

/** A call holds a connection for as long as it lasts. */
const LONGEST = 3_600_000;

const SAFE_TWICE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

const plain = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const input = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).describe('The method.'),
  url: z
    .string()
    .min(1)
    .max(16_384)
    .describe(
      'The address, e.g. https://api.example.com/orders/{{ input.id }}. Writing the host plainly lets the power be lent for that host alone.',
    ),
  headers: headersField('Headers to send. A null value leaves a header out.').optional(),
  query: z
    .record(z.string(), z.union([plain, z.array(plain)]))
    .optional()
    .describe('Names and values added to the address, encoded. A list repeats its name; null leaves it out.'),
  body: z.unknown().optional().describe('What to send: a text as it is, anything else as JSON. Null sends no body.'),
  timeout: z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30s')
    .refine((text) => (milliseconds(text) ?? Number.POSITIVE_INFINITY) <= LONGEST, 'a duration of at most 1h')
    .optional()
    .describe(
      'The longest time for the whole exchange, waiting for its turn included, e.g. 30s; 1h at most. What takes longer is started by one call and asked for by another.',
    ),
  accept: z
    .array(z.union([z.int().min(100).max(599), z.enum(['3xx', '4xx', '5xx'])]))
    .max(100)
    .optional()
    .describe('Statuses outside 2xx that count as an answer too, e.g. [404] or ["4xx"].'),
  secret: z
    .string()
    .regex(SECRET_NAME, SECRET_NAME_IS)
    .optional()
    .describe(
      'Name of a secret that is filled in when the call is made, in the header its kind says (authorization, mostly); the flow never sees it. It is stored with the origins it may go to: headgate secret set, or PUT /api/v1/secrets.',
    ),
});

type Input = z.output<typeof input>;

const withQuery = (url: string, query: Input['query']): string => {
  const added = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null) added.append(name, String(one));
  }
  const text = added.toString();
  if (text === '') return url;
  const hash = url.indexOf('#');
  const base = hash < 0 ? url : url.slice(0, hash);
  return `${base}${base.includes('?') ? (/[?&]$/.test(base) ? '' : '&') : '?'}${text}`;
};

const badUrl = (url: string) => {
  const at = { field: 'url' };
  if (!URL.canParse(url))
    return problem('http.url', '`url` is not a complete address.', {
      at,
      fix: 'Begin with https:// and a host, e.g. https://api.example.com/orders.',
    });
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:')
    return problem('http.url', '`url` must begin with https:// or http://.', {
      at,
      fix: 'Begin with https:// and a host.',
    });
  if (username === '' && password === '') return undefined;
  return problem('http.url', '`url` holds a user name or password.', {
    at,
    fix: 'Take it out, keep it as a secret, and name that in `secret`.',
  });
};

const accepted = (status: number, accept: Input['accept']): boolean =>
  (status >= 200 && status < 300) ||
  (accept?.some((one) => one === status || one === `${Math.trunc(status / 100)}xx`) ?? false);

const refused = (status: number, headers: Readonly<Record<string, string>>) => {
  const again = status === 429 || status >= 500;
  const wait = again ? retryAfter(headers) : undefined;
  return problem('http.status', `The server answered with status ${status}; 200 to 299 was expected.`, {
    fix: again
      ? 'Let the step try again (`retry`), or list the status in `accept` and look at steps.ID.status.'
      : 'Look at what is sent; to go on with such an answer, list the status in `accept` and look at steps.ID.status.',
    ...(wait !== undefined ? { retry: 'after', retryAfter: wait } : { retry: again ? 'yes' : 'no' }),
  });
};

export const step = defineStep({
  kind: 'http.request',
  version: 1,
  title: 'HTTP request',
  group: 'net',
  summary:
    'Calls an address and gives its status, headers and body. A status outside 200 to 299 is a Problem, unless `accept` lists it. After a crash in the middle of a call, POST and PATCH are repeated only if they carry an Idempotency-Key header.',
  input,
  output: z
    .strictObject({
      status: z.int().describe('The status.'),
      headers: z.record(z.string(), z.string()).describe('The headers, names in lower case.'),
      body: z.unknown().describe('JSON parsed, a text, or {file, size, type} when large or binary.'),
    })
    .describe('The answer.'),
  needs: needsOf,
  repeatable: ({ method, headers }) =>
    SAFE_TWICE.has(method) ||
    Object.entries(headers ?? {}).some(
      ([name, value]) => name.toLowerCase() === 'idempotency-key' && value !== null && String(value).trim() !== '',
    ),
  run: async (given, can) => {
    const url = withQuery(given.url, given.query);
    const wrong = badUrl(url);
    if (wrong !== undefined) return failed(wrong, 'no');
    const headers = headersOf(given.headers ?? {});
    if (!headers.ok) return failed(headers.problem, 'no');
    const timeout = given.timeout === undefined ? undefined : milliseconds(given.timeout);
    const answer = await can.net.request({
      method: given.method,
      url,
      headers: headers.value,
      ...(given.body === undefined || given.body === null ? {} : { body: given.body }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(given.secret === undefined ? {} : { secret: given.secret }),
    });
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    const { status, headers: fields, body } = answer;
    return accepted(status, given.accept) ? done({ status, headers: fields, body }) : failed(refused(status, fields));
  },
});

/**
 * Which server a step talks with: the fields that all kinds of servers share, and the powers that follow from them.
 *
 * SV1 Host, port and secret are read as they are written: what an expression gives is only known when the flow runs, and
 *     then a power for any host is asked for.
 */

import {
  DURATION,
  milliseconds,
  type Need,
  normaliseHost,
  type Problem,
  problem,
  SECRET_NAME,
  SECRET_NAME_IS,
  z,
} from '@headgate/core/step';

const LONGEST = 600_000;

export const serverFields = {
  host: z
    .string()
    .min(1)
    .max(253)
    .describe(
      'The server, as a name or an address: db.example.com. Written plainly, the power is for that host alone.',
    ),
  port: z.int().min(1).max(65_535).optional().describe('Its port. Left out: the usual one.'),
  user: z.string().max(200).optional().describe('Who logs in. Left out: who the secret names.'),
  secret: z
    .string()
    .regex(SECRET_NAME, SECRET_NAME_IS)
    .optional()
    .describe(
      'Name of the secret that holds the password: of the kind basic (user and password), database_url, or one text. The flow never sees it.',
    ),
  tls: z
    .enum(['verify', 'off'])
    .optional()
    .describe(
      'verify (or left out): encrypted, with a certificate that is the host’s. off: in the clear, and only to an address that a server admin opened.',
    ),
  timeout: z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30s')
    .refine((text) => (milliseconds(text) ?? Number.POSITIVE_INFINITY) <= LONGEST, 'a duration of at most 10m')
    .optional()
    .describe(
      'The longest time for all of it, connecting and waiting for its turn included. Left out: 30s; 10m at most.',
    ),
};

type Given = {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly secret?: string | undefined;
  readonly tls?: 'verify' | 'off' | undefined;
  readonly timeout?: string | undefined;
};

/** The evaluated fields as `can.databases` takes them. */
export const serverOf = ({ host, port, user, secret, tls, timeout }: Given, usual: number) => ({
  host,
  port: port ?? usual,
  tls: tls !== 'off',
  timeout: (timeout === undefined ? undefined : milliseconds(timeout)) ?? 30_000,
  ...(user === undefined ? {} : { user }),
  ...(secret === undefined ? {} : { secret }),
});

const plainly = (value: unknown): string | undefined =>
  typeof value === 'string' && !value.includes('{{') ? value : undefined;

/** The powers to talk with the server. `what`: “the database”. */
export const serverNeeds = (
  raw: Readonly<Record<string, unknown>>,
  {
    scheme,
    usual,
    what,
  }: { readonly scheme: string | undefined; readonly usual: number | undefined; readonly what: string },
): readonly Need[] => {
  const written = plainly(raw['host']);
  const host = written === undefined ? undefined : normaliseHost(written);
  const port = raw['port'] === undefined ? usual : typeof raw['port'] === 'number' ? raw['port'] : undefined;
  const secret = raw['secret'];
  const known = host !== undefined && port !== undefined && scheme !== undefined;
  const net: Need = known
    ? { power: 'net', scope: `TCP ${host}:${port}`, sentence: `Talk with ${what} at ${host}, port ${port}.` }
    : {
        power: 'net',
        scope: 'TCP *:*',
        computed: true,
        sentence: `Talk with ${what} at any address: which one is only known when the flow runs.`,
      };
  if (typeof secret !== 'string') return [net];
  const name = plainly(secret);
  return [
    net,
    {
      power: 'secret',
      scope: `use ${name ?? '*'} for ${known ? `${scheme}://${host}:${port}` : '*'}`,
      sentence: `Log in there with ${name === undefined ? 'any secret' : `the secret “${name}”`}, without the flow seeing it.`,
      ...(known && name !== undefined ? {} : { computed: true as const }),
    },
  ];
};

/**
 * What came of a call that changes something and broke off: it is not tried again by itself, unless the step says that this
 * does no harm.
 */
export const inDoubt = (why: Problem, sent: 'no' | 'maybe', mayRepeat: boolean): Problem =>
  sent === 'no' || mayRepeat
    ? why
    : problem('database.doubt', `Nobody knows whether it was carried out: ${why.text}`, {
        retry: 'no',
        fix: 'Look there whether it was. A step that may do it twice without harm says so with `repeatable`.',
      });

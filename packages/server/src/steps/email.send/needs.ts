/**
 * What a letter asks for, read from the settings as written: a mail server, whose sender, which recipients, and the secret that
 * logs in. What an expression computes is asked for wider, and marked so; what is sent is judged again for each recipient.
 */

import { type Need, normaliseHost, normaliseMailPattern, z } from '@headgate/core/step';
import { addressesIn } from './addresses.ts';

export const USUAL_PORT = 587;

const plain = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && !value.includes('{{') ? value : undefined;

/** Longer lists are asked for by the domains of their addresses. */
const LONGEST = 250;

/** The addresses that stand plainly in the fields of recipients, as patterns; undefined where any is computed. */
const peopleOf = (raw: Record<string, unknown>): string | undefined => {
  const found = new Set<string>();
  for (const field of ['to', 'cc', 'bcc']) {
    const written = raw[field];
    if (written === undefined || written === null) continue;
    for (const one of Array.isArray(written) ? (written as readonly unknown[]) : [written]) {
      const patterns = typeof one === 'string' ? patternsIn(one) : undefined;
      if (patterns === undefined) return undefined;
      for (const pattern of patterns) found.add(pattern);
    }
  }
  const all = [...found].toSorted().join(',');
  if (all.length <= LONGEST) return all === '' ? undefined : all;
  const domains = new Set([...found].map((one) => `*@${one.slice(one.lastIndexOf('@') + 1)}`));
  const wider = [...domains].toSorted().join(',');
  return wider.length <= LONGEST ? wider : undefined;
};

/** `{{ input.user }}@example.com` stays within `*@example.com`, as far as it shows. */
const patternsIn = (text: string): readonly string[] | undefined => {
  if (!text.includes('{{')) {
    const read = addressesIn(text);
    return read.ok ? read.value.map(({ address }) => address) : undefined;
  }
  const within = /^[^,<>]*\}\}@([A-Za-z0-9.-]+)$/.exec(text)?.[1];
  const pattern = within === undefined ? undefined : normaliseMailPattern(`*@${within}`);
  return pattern === undefined ? undefined : [pattern];
};

const senderOf = (written: unknown): string | undefined => {
  const text = plain(written);
  const read = text === undefined ? undefined : addressesIn(text);
  return read?.ok === true && read.value.length === 1 ? read.value[0]?.address : undefined;
};

const people = (addresses: string): string =>
  addresses
    .split(',')
    .map((one) => (one.startsWith('*@') ? `addresses at ${one.slice(2)}` : one))
    .join(', ');

/** The powers that these settings need. */
export const needsOf = (raw: Record<string, unknown>): readonly Need[] => {
  const own = raw['host'] === undefined || raw['host'] === null || raw['host'] === '';
  const written = plain(raw['host']);
  const host = written === undefined ? undefined : normaliseHost(written);
  const given = raw['port'] ?? USUAL_PORT;
  const port = z.int().min(1).max(65_535).safeParse(given).data;
  const to = peopleOf(raw);
  const from = own ? undefined : senderOf(raw['from']);
  const where = own ? 'instance' : `${host ?? '*'}:${host === undefined ? '*' : (port ?? '*')}`;
  const computed = (!own && (host === undefined || port === undefined || from === undefined)) || to === undefined;
  const through = own
    ? 'the mail server of this Headgate, as its own sender'
    : `${host ?? 'any mail server: which one is only known when the flow runs'}${from === undefined ? '' : `, as ${from}`}`;
  const mail: Need = {
    power: 'net',
    scope: `SMTP ${where}${from === undefined ? '' : ` from ${from}`}${to === undefined ? '' : ` to ${to}`}`,
    ...(computed ? { computed: true } : {}),
    sentence: `Send e-mail through ${through}, to ${to === undefined ? 'anybody: whom is only known when the flow runs' : people(to)}.`,
  };
  if (own || raw['secret'] === undefined || raw['secret'] === null) return [mail];
  const name = plain(raw['secret']);
  const exact = host !== undefined && port !== undefined;
  return [
    mail,
    {
      power: 'secret',
      scope: `use ${name ?? '*'} for ${exact ? `smtp://${host}:${port}` : '*'}`,
      ...(name === undefined || !exact ? { computed: true } : {}),
      sentence: `Use ${name === undefined ? 'a secret, chosen only when the flow runs,' : `the secret “${name}”`} to log in at ${exact ? host : 'any mail server'}, without the flow seeing it.`,
    },
  ];
};

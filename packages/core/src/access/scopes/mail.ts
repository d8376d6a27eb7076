/**
 * The part of `net` that is about mail: `SMTP smtp.example.com:587 from bot@example.com to *@example.com` sends,
 * `IMAP imap.example.com:993` reads a mailbox. `SMTP instance` is the mail server of the instance itself, whatever it is.
 *
 * NM1 Sending is lent by a grant of its own alone: `*` as a method means calls over HTTP and nothing else.
 * NM2 The server of the instance is no host: no pattern covers it.
 */

import { named } from '../../flow/text/shown.ts';
import { hostCovers, normalisePattern } from '../host.ts';
import { mailCovers, normaliseMailPattern } from '../mail-address.ts';
import type { NetScope } from './net.ts';
import { type Read, wrong } from './scope.ts';

/** The host of `SMTP instance`; its port is 0. */
export const INSTANCE_MAIL = 'instance';

const PORTS: Readonly<Record<string, number>> = { SMTP: 587, IMAP: 993 };
const TARGET = /^(\[[^\]]*\]|[^:/]*)(?::(\d{1,5}|\*))?$/;

export const isMailMethod = (method: string): boolean => Object.hasOwn(PORTS, method);

/** Reads what follows the method: a host, and for sending from whom and to whom. */
export const parseMail = (method: string, words: readonly string[]): Read<NetScope> => {
  const [target = '', ...rest] = words;
  const instance = method === 'SMTP' && target === INSTANCE_MAIL;
  const cut = TARGET.exec(target);
  const host = cut?.[1] === undefined ? undefined : normalisePattern(cut[1]);
  if (cut === null || host === undefined) return wrong(`expected a mail server, *.host or *, got ${named(target)}`);
  const port = instance ? 0 : cut[2] === '*' ? '*' : cut[2] === undefined ? (PORTS[method] ?? 0) : Number(cut[2]);
  if (!instance && port !== '*' && (port < 1 || port > 65_535)) return wrong('expected a port from 1 to 65535 or *');
  const about: { from?: string; to?: string } = {};
  for (let at = 0; at < rest.length; at += 2) {
    const word = rest[at];
    if ((word !== 'from' && word !== 'to') || method !== 'SMTP' || about[word] !== undefined)
      return wrong('expected from ADDRESS and to ADDRESSES after a mail server');
    const all = (rest[at + 1] ?? '').split(',').map(normaliseMailPattern);
    if (all.some((one) => one === undefined))
      return wrong(`expected addresses such as ada@example.com or *@example.com, got ${named(rest[at + 1] ?? '')}`);
    about[word] = [...new Set(all)].toSorted().join(',');
  }
  return { scope: { method, host, port, ...about } };
};

/** What follows the method, in the one spelling. */
export const printMail = ({ host, port, from, to }: NetScope): string =>
  `${port === 0 ? INSTANCE_MAIL : `${host}:${port}`}${from === undefined ? '' : ` from ${from}`}${to === undefined ? '' : ` to ${to}`}`;

const within = (grant: string | undefined, request: string | undefined): boolean =>
  grant === undefined ||
  (request !== undefined &&
    request.split(',').every((one) => grant.split(',').some((outer) => mailCovers(outer, one))));

/** Both are about mail. */
export const mailScopeCovers = (grant: NetScope, request: NetScope): boolean =>
  grant.method === request.method &&
  (grant.port === 0 || request.port === 0
    ? grant.port === request.port
    : (grant.port === '*' || grant.port === request.port) && hostCovers(grant.host, request.host)) &&
  within(grant.from, request.from) &&
  within(grant.to, request.to);

const server = ({ host, port }: NetScope): string =>
  port === 0
    ? 'the mail server of this Headgate'
    : `${host === '*' ? 'any mail server' : host.startsWith('*.') ? `every mail server whose name ends in ${host.slice(1)}` : host} (${port === '*' ? 'any port' : `port ${port}`})`;

const people = (addresses: string): string =>
  addresses
    .split(',')
    .map((one) => (one.startsWith('*@') ? `any address at ${one.slice(2)}` : one))
    .join(', ');

export const mailSentence = (scope: NetScope): string =>
  scope.method === 'IMAP'
    ? `Read the mailbox at ${server(scope)}, mark its mails as seen and move them`
    : `Send e-mail through ${server(scope)}${scope.from === undefined ? ', as any sender' : `, as ${people(scope.from)}`}, to ${
        scope.to === undefined ? 'anybody' : people(scope.to)
      }`;

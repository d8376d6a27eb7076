/**
 * Telling people that they are asked: by mail, in a channel of Slack, in a chat of Telegram. A message holds the question's
 * title and text and the link to answer it; what cannot be told is on record, and the question waits in the inbox all the same.
 *
 * TL1 A message to a person without an account holds a link that is theirs alone; all others hold one that asks who has an
 *     account to sign in.
 * TL2 Services are called by the step's own powers, one by one, as `service.call` does.
 */

import { type AskSpec, type Net, operationOf, type Services, useService, type Whom } from '@headgate/core';
import type { SendMail } from '../egress/mail/port.ts';

export type Telling = {
  readonly spec: AskSpec;
  readonly who: readonly Whom[];
  /** Why they hear of it now. */
  readonly why: 'asked' | 'reminder' | 'escalated' | 'delegated';
  /** The link that everybody gets, and that of a person without an account. */
  readonly link: string;
  readonly linkFor: (address: string) => string;
  /** Addresses of the accounts that are asked. */
  readonly addresses: () => Promise<readonly string[]>;
  readonly until: number | null;
};

/** `told`: how many mails, and which services. `failed`: codes of what could not be told. */
export type Told = { readonly told: readonly string[]; readonly failed: readonly string[] };

const MOST_MAILS = 200;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const HEAD: Readonly<Record<Telling['why'], string>> = {
  asked: 'You are asked',
  reminder: 'Still waiting for your answer',
  escalated: 'Nobody answered yet; you are asked, too',
  delegated: 'Somebody handed this on to you',
};

const messageOf = ({ spec, why, until }: Telling, link: string): string =>
  [
    `${HEAD[why]}: ${oneLine(spec.title)}`,
    ...(spec.text === undefined ? [] : ['', spec.text.slice(0, 2_000)]),
    '',
    `Answer here: ${link}`,
    ...(until === null ? [] : [`Until ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC.`]),
  ].join('\n');

const byMail = async (telling: Telling, mail: SendMail | null): Promise<Told> => {
  const own = telling.who.flatMap(({ kind, name }) => (kind === 'email' ? [name] : []));
  const accounts = await telling.addresses();
  const all = [
    ...own.map((to) => ({ to, link: telling.linkFor(to) })),
    ...accounts.map((to) => ({ to, link: telling.link })),
  ].slice(0, MOST_MAILS);
  if (all.length === 0) return { told: [], failed: [] };
  if (mail === null) return { told: [], failed: ['mail.off'] };
  const failed = new Set<string>();
  let sent = 0;
  for (const { to, link } of all) {
    const subject = `${telling.why === 'reminder' ? 'Reminder: ' : ''}${oneLine(telling.spec.title)}`.slice(0, 150);
    const done = await mail({ to, subject, text: `${messageOf(telling, link)}\n` });
    if (done.ok) sent += 1;
    else failed.add(done.problem.code);
  }
  return { told: sent === 0 ? [] : [`email ${sent}`], failed: [...failed] };
};

const byService = async (
  telling: Telling,
  name: 'slack' | 'telegram',
  secret: string,
  place: Readonly<Record<string, string>>,
  services: Services,
  net: Net,
): Promise<Told> => {
  const service = services.get(name);
  const operation = service === undefined ? undefined : operationOf(service, 'send_message');
  if (service === undefined || operation === undefined) return { told: [], failed: ['service.unknown'] };
  const input = { ...place, text: messageOf(telling, telling.link).slice(0, 4_000) };
  const used = await useService({ service, operation, secret, input, most: undefined, key: '' }, net);
  return used.ok ? { told: [name], failed: [] } : { told: [], failed: [used.problem.code] };
};

/** Tells everybody by all ways that the question names. */
export const tellAll = async (
  telling: Telling,
  by: { readonly mail: SendMail | null; readonly services: Services; readonly net: Net },
): Promise<Told> => {
  const { email, slack, telegram } = telling.spec.tell;
  const done: Told[] = [];
  if (email === true) done.push(await byMail(telling, by.mail));
  if (slack !== undefined)
    done.push(await byService(telling, 'slack', slack.secret, { channel: slack.channel }, by.services, by.net));
  if (telegram !== undefined)
    done.push(await byService(telling, 'telegram', telegram.secret, { chat: telegram.chat }, by.services, by.net));
  return { told: done.flatMap(({ told }) => told), failed: done.flatMap(({ failed }) => failed) };
};

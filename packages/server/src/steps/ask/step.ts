/**
 * ask: puts a question before people, and waits for what they say: for months, if need be. This says whom, what may be
 * answered, when they are told again and what silence means; the engine tells, waits, and records who answered.
 *
 * QU1 Nobody is asked whom the flow was not lent to ask (`ask`), and nobody is told through a service that it was not lent.
 */

import {
  type AskSpec,
  DURATION,
  defineStep,
  failed,
  formFields,
  milliseconds,
  NO_SERVICES,
  type Notice,
  operationOf,
  type Problem,
  problem,
  SECRET_NAME,
  SECRET_NAME_IS,
  type Services,
  serviceNeeds,
  type StepKind,
  type Wanted,
  z,
} from '@headgate/core/step';
import { whom, whomNeeds, whomOf } from './whom.ts';

const duration = z.string().regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 2d');
const secret = z.string().regex(SECRET_NAME, SECRET_NAME_IS);

const input = z
  .strictObject({
    title: z.string().min(1).max(200).describe('The question in one line, e.g. Pay invoice {{ input.number }}?'),
    text: z.string().max(5000).optional().describe('What people should know before they answer.'),
    wanted: z
      .enum(['approve', 'choose', 'form'])
      .optional()
      .describe('approve (or left out): yes or no. choose: one of `choices`. form: fill in `fields`.'),
    choices: z.array(z.string().min(1).max(200)).min(2).max(50).optional().describe('What there is to choose from.'),
    fields: formFields.optional().describe('What is to be filled in.'),
    who: whom.describe('Who may answer.'),
    answers: z
      .union([z.literal('first'), z.literal('all'), z.strictObject({ of: z.int().min(1).max(50) })])
      .optional()
      .describe(
        'first (or left out): one answer is enough. all: everybody in `members` and `emails`. {of: 2}: so many people. One refusal refuses.',
      ),
    deadline: duration.optional().describe('How long to wait at most, e.g. 7d. Left out: for ever.'),
    late: z
      .strictObject({ answer: z.unknown().describe('approved, refused, a choice, or the values of the form.') })
      .optional()
      .describe('What counts as the answer at the deadline; the port `late` fires. Left out: the step fails then.'),
    remind: z
      .strictObject({
        every: duration.describe('How long from one time to the next, e.g. 1d.'),
        most: z.int().min(1).max(20).optional().describe('How many times at most. Left out: 3.'),
      })
      .optional()
      .describe('Tells people again, `most` times (left out: 3).'),
    escalate: z
      .strictObject({
        after: duration.describe('How long to wait for an answer before that, e.g. 2d.'),
        who: whom.describe('Who is asked besides.'),
      })
      .optional()
      .describe('Whoever is asked besides, when nobody answered for so long.'),
    tell: z
      .strictObject({
        email: z.literal(true).optional().describe('By mail, through the mail settings of this server.'),
        slack: z
          .strictObject({
            secret: secret.describe('Name of the secret or connection for Slack.'),
            channel: z.string().min(1).max(200).describe('The channel: its id, or its name with #.'),
          })
          .optional()
          .describe('By a message in a channel of Slack.'),
        telegram: z
          .strictObject({
            secret: secret.describe('Name of the secret that holds the token of the bot.'),
            chat: z.string().min(1).max(200).describe('The chat: its number as text, or @name of a public channel.'),
          })
          .optional()
          .describe('By a message in a chat of Telegram.'),
      })
      .optional()
      .describe('Where people are told, besides their inbox.'),
  })
  .superRefine((value, context) => {
    const fault = faultOf(value);
    if (fault !== null) context.addIssue({ code: 'custom', path: [fault.field], message: fault.text });
  });
type Input = z.output<typeof input>;

type Fault = { readonly field: string; readonly text: string };

/** What the settings contradict themselves in. */
function faultOf(v: {
  readonly wanted?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly fields?: readonly { readonly type: string }[] | undefined;
  readonly who: Parameters<typeof whomOf>[0];
  readonly answers?: unknown;
  readonly late?: { readonly answer?: unknown } | undefined;
  readonly deadline?: string | undefined;
  readonly tell?: { readonly email?: true | undefined } | undefined;
}): Fault | null {
  if (v.wanted === 'choose' && v.choices === undefined) return { field: 'choices', text: 'expected the choices' };
  if (v.wanted === 'form' && v.fields === undefined)
    return { field: 'fields', text: 'expected the fields of the form' };
  if (v.fields?.some(({ type }) => type === 'file') === true)
    return { field: 'fields', text: 'a question takes no file: use a form trigger for files' };
  const who = whomOf(v.who);
  if (who.length === 0) return { field: 'who', text: 'expected somebody to ask' };
  const byName = who.every(({ kind }) => kind === 'member' || kind === 'email');
  if (v.answers === 'all' && !byName)
    return { field: 'answers', text: 'all counts people by name: ask members and emails alone, or say {of: 2}' };
  if (v.answers !== undefined && v.answers !== 'first' && who.some(({ kind }) => kind === 'link'))
    return { field: 'answers', text: 'the link is for one answer: name people to ask several' };
  if (v.late !== undefined && v.deadline === undefined) return { field: 'deadline', text: 'expected a deadline' };
  if (who.some(({ kind }) => kind === 'email') && v.tell?.email !== true)
    return { field: 'tell', text: 'people without an account are asked by mail: set tell.email to true' };
  return null;
}

const wantedOf = (v: Input): Wanted =>
  v.wanted === 'choose'
    ? { kind: 'choose', choices: v.choices ?? [] }
    : v.wanted === 'form'
      ? { kind: 'form', fields: v.fields ?? [] }
      : { kind: 'approve' };

/** All times at which people are told, in their order; those beyond the deadline are left out. */
const noticesOf = (v: Input, deadline: number | undefined): Notice[] => {
  const every = v.remind === undefined ? undefined : milliseconds(v.remind.every);
  const reminders =
    every === undefined || every === 0
      ? []
      : Array.from({ length: v.remind?.most ?? 3 }, (_, i): Notice => ({ after: every * (i + 1), why: 'reminder' }));
  const later = v.escalate === undefined ? undefined : milliseconds(v.escalate.after);
  const escalation: Notice[] =
    v.escalate === undefined || later === undefined
      ? []
      : [{ after: later, why: 'escalated', who: whomOf(v.escalate.who) }];
  return [
    { after: 0, why: 'asked' } satisfies Notice,
    ...[...reminders, ...escalation].toSorted((a, b) => a.after - b.after),
  ].filter(({ after }) => deadline === undefined || after < deadline);
};

const specOf = (v: Input, deadline: number | undefined): AskSpec => {
  const who = whomOf(v.who);
  const count = v.answers === undefined || v.answers === 'first' ? 1 : v.answers === 'all' ? who.length : v.answers.of;
  return {
    title: v.title,
    ...(v.text === undefined ? {} : { text: v.text }),
    wanted: wantedOf(v),
    who,
    count,
    notices: noticesOf(v, deadline),
    tell: v.tell ?? {},
    ...(v.late === undefined ? {} : { late: { answer: v.late.answer ?? null } }),
  };
};

const tooLong: Problem = problem('wait.timeout', '`deadline` is a duration too long to count.', {
  at: { field: 'deadline' },
  fix: 'Write a shorter one, e.g. 365d.',
});

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** Where the message goes, by the service: the operation is `send_message` of the manifest that comes with the server. */
const PLACE = { slack: 'channel', telegram: 'chat' } as const;

const kindWith = (services: Services): StepKind =>
  defineStep({
    kind: 'ask',
    version: 1,
    title: 'Ask people',
    group: 'people',
    summary:
      'Asks people to approve, to choose or to fill in a form, and waits until they did: they answer in their inbox, or behind a link on a phone. Its value says what was answered, by whom and when; a port says how it went.',
    ports: (raw) => [
      ...(raw['wanted'] === 'choose' || raw['wanted'] === 'form' ? ['answered'] : ['approved', 'refused']),
      ...(raw['late'] === undefined ? [] : ['late']),
    ],
    repeatable: () => true,
    input,
    output: z
      .unknown()
      .describe(
        '{answer, approved?, comment, by, at, late, answers}: `answer` is approved or refused, the choice, or the values of the form.',
      ),
    needs: (raw) => [
      ...whomNeeds(raw['who']),
      ...whomNeeds(asObject(raw['escalate'])['who']),
      ...(['slack', 'telegram'] as const).flatMap((name) => {
        const told = asObject(raw['tell'])[name];
        const service = services.get(name);
        const operation = service === undefined ? undefined : operationOf(service, 'send_message');
        if (told === undefined || service === undefined || operation === undefined) return [];
        const at = asObject(told);
        return serviceNeeds(service, operation, at['secret'], { [PLACE[name]]: at[PLACE[name]], text: '{{ now }}' });
      }),
    ],
    run: async (given, can) => {
      const deadline = given.deadline === undefined ? undefined : milliseconds(given.deadline);
      if (given.deadline !== undefined && deadline === undefined) return failed(tooLong);
      const spec = specOf(given, deadline);
      const refused = await can.people.mayAsk([...spec.who, ...spec.notices.flatMap(({ who }) => who ?? [])]);
      if (refused !== null) return failed(refused, 'no');
      return { kind: 'event', note: spec.title, ask: spec, ...(deadline === undefined ? {} : { deadline }) };
    },
    withServices: kindWith,
  });

export const step: StepKind = kindWith(NO_SERVICES);

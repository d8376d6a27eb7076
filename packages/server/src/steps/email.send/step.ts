/**
 * email.send: one letter to some people. Whom it may go to, through which server and as whom is judged by the broker; this says
 * what stands in it.
 *
 * ES1 A letter that may have been taken is never sent a second time by itself: after a crash in the middle the run stops and
 *     says so, and its message-id, which stays the same, tells whether it arrived.
 * ES2 Line breaks and control characters in addresses, names and the subject are refused: nobody adds a header.
 */

import {
  bad,
  type Can,
  defineStep,
  done,
  failed,
  fileRef,
  good,
  type Letter,
  type LetterPart,
  type MailAddress,
  type Outcome,
  problem,
  type Problem,
  type Refused,
  type Result,
  SECRET_NAME,
  SECRET_NAME_IS,
  z,
} from '@headgate/core/step';
import { placeNeeds } from '../file.read/place.ts';
import { addressesIn } from './addresses.ts';
import { needsOf, USUAL_PORT } from './needs.ts';

const MOST_FILES = 20;
/** Bytes of all files of a letter: what most servers take, as they grow by a third on the way. */
const MOST_BYTES = 20 * 1024 * 1024;

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
const oneLine = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !CONTROL.test(text), 'one line, without control characters');

const people = z.union([z.string().max(20_000), z.array(z.string().max(500)).max(100)]);

const attachment = z.union([
  z.string().min(1).max(1000).describe('The path of a file of the project.'),
  fileRef,
  z.strictObject({
    file: z.union([z.string().min(1).max(1000), fileRef]).describe('A path, or a reference that an earlier step gave.'),
    name: oneLine(200)
      .min(1)
      .refine((name) => !/[/\\]/.test(name), 'a name without / and \\')
      .optional()
      .describe('What it is called in the letter. Left out: the last part of its path.'),
  }),
]);

const input = z
  .strictObject({
    to: people.describe('Who gets it: an address, or a list of them. Ada <ada@example.com> is one, too.'),
    subject: oneLine(500).describe('What it is about.'),
    text: z.string().max(2_000_000).optional().describe('What it says, as plain text.'),
    html: z
      .string()
      .max(2_000_000)
      .optional()
      .describe('What it says, as HTML; with `text` beside it for who reads plain text. Nothing in it is escaped.'),
    cc: people.optional().describe('Who gets a copy.'),
    bcc: people.optional().describe('Who gets a copy that the others do not see.'),
    replyTo: people.optional().describe('Where answers go, instead of to the sender.'),
    from: oneLine(500)
      .optional()
      .describe(
        'Who it comes from, e.g. Orders <orders@example.com>. The mail server of the instance sends as itself.',
      ),
    attachments: z
      .array(attachment)
      .max(MOST_FILES)
      .optional()
      .describe('Files that go with it: paths, references that earlier steps gave, or {file, name}. 20 MB together.'),
    host: z
      .string()
      .max(253)
      .optional()
      .describe('The mail server, e.g. smtp.example.com. Left out: that of the instance, where it is lent.'),
    port: z.int().min(1).max(65_535).optional().describe('Its port. Left out: 587.'),
    security: z
      .enum(['tls', 'starttls', 'none'])
      .optional()
      .describe(
        'tls from the first byte, or starttls. Left out: tls on port 465, else starttls. none takes no secret.',
      ),
    user: z.string().max(300).optional().describe('Who logs in. Left out: the user of the secret.'),
    secret: z
      .string()
      .regex(SECRET_NAME, SECRET_NAME_IS)
      .optional()
      .describe(
        'Name of a secret of the kind basic (user and password), or of a connection, that is meant for smtp://HOST:PORT. The flow never sees it.',
      ),
  })
  .refine(({ text, html }) => text !== undefined || html !== undefined, 'either `text` or `html`, or both');

type Input = z.output<typeof input>;

const readPeople = (field: string, given: Input['to'] | undefined): Result<readonly MailAddress[]> => {
  const all: MailAddress[] = [];
  for (const one of given === undefined ? [] : typeof given === 'string' ? [given] : given) {
    const read = addressesIn(one);
    if (!read.ok) return bad({ ...read.problem, at: { field } });
    all.push(...read.value);
  }
  return good(all);
};

const letterOf = (given: Input): Result<Omit<Letter, 'parts'>> => {
  const [to, cc, bcc, replyTo] = (['to', 'cc', 'bcc', 'replyTo'] as const).map((field) =>
    readPeople(field, given[field]),
  );
  const from = readPeople('from', given.from);
  for (const read of [to, cc, bcc, replyTo, from]) if (read?.ok === false) return read;
  const valueOf = (read: Result<readonly MailAddress[]> | undefined) => (read?.ok === true ? read.value : []);
  const senders = valueOf(from);
  if (senders.length > 1) return bad(problem('mail.address', 'A letter has one sender', { at: { field: 'from' } }));
  const { host, port = USUAL_PORT, security = port === 465 ? 'tls' : 'starttls', user, secret } = given;
  return good({
    server:
      host === undefined || host === ''
        ? null
        : {
            ...{ host: host.toLowerCase(), port, security },
            ...(user === undefined ? {} : { user }),
            ...(secret === undefined ? {} : { secret }),
          },
    from: senders[0] ?? null,
    to: valueOf(to),
    cc: valueOf(cc),
    bcc: valueOf(bcc),
    replyTo: valueOf(replyTo),
    subject: given.subject,
    ...(given.text === undefined ? {} : { text: given.text }),
    ...(given.html === undefined ? {} : { html: given.html }),
  });
};

type Attachment = NonNullable<Input['attachments']>[number];

const sourceOf = (one: Attachment) => (typeof one === 'object' && typeof one.file !== 'string' ? one.file : one);

/** Opens one file after the other, and calls `send` with all of them open. */
const withFiles = async (
  can: Can,
  left: readonly Attachment[],
  parts: readonly LetterPart[],
  size: number,
  send: (parts: readonly LetterPart[]) => Promise<Outcome>,
): Promise<Outcome> => {
  const [first, ...rest] = left;
  if (first === undefined) return send(parts);
  const named = typeof first === 'object' && 'name' in first ? first.name : undefined;
  const inner = sourceOf(first);
  const source = typeof inner === 'object' && 'size' in inner ? inner : typeof inner === 'string' ? inner : inner.file;
  const path = typeof source === 'string' ? source : source.path;
  const opened = await can.files.read(source, async (file): Promise<Outcome> => {
    if (size + file.size > MOST_BYTES) return failed(TOO_LARGE, 'no');
    const name = named ?? path?.split('/').at(-1) ?? `file-${parts.length + 1}`;
    const part = { name, type: file.type.split(';')[0] ?? file.type, read: () => file.read() };
    return withFiles(can, rest, [...parts, part], size + file.size, send);
  });
  return isRefused(opened) ? failed(opened.problem, opened.sent) : opened.value;
};

const isRefused = (of: { readonly value: Outcome } | Refused): of is Refused => 'problem' in of;

const TOO_LARGE: Problem = problem('mail.large', 'The files of a letter have more than 20 MB together', {
  at: { field: 'attachments' },
  fix: 'Send a link to them instead.',
});

const fileNeeds = (raw: Record<string, unknown>) => {
  const given = raw['attachments'];
  const all: readonly unknown[] = Array.isArray(given) ? given : [];
  return all.flatMap((one) => {
    if (typeof one === 'string') return isReference(one) ? [] : placeNeeds('read', one);
    const file: unknown = typeof one === 'object' && one !== null && 'file' in one ? one.file : undefined;
    return typeof file === 'string' && !isReference(file) ? placeNeeds('read', file) : [];
  });
};

/** What is one expression may be a reference, which takes no power; a path that it gives is judged when it is read. */
const isReference = (text: string): boolean => /^\s*\{\{.*\}\}\s*$/s.test(text);

export const step = defineStep({
  kind: 'email.send',
  version: 1,
  title: 'Send an e-mail',
  group: 'net',
  summary:
    'Sends one letter, through a mail server of yours or that of the instance. Every recipient has to be lent. A letter that may have been taken is never sent again by itself: the run stops and says so.',
  input,
  output: z
    .strictObject({
      id: z.string().describe('The message-id of the letter, the same for every attempt.'),
      accepted: z.array(z.string()).describe('Whom the server took it for.'),
      rejected: z.array(z.string()).describe('Whom it did not take.'),
    })
    .describe('What became of it.'),
  needs: (raw) => [...needsOf(raw), ...fileNeeds(raw)],
  repeatable: () => false,
  run: async (given, can) => {
    const letter = letterOf(given);
    if (!letter.ok) return failed(letter.problem, 'no');
    return withFiles(can, given.attachments ?? [], [], 0, async (parts) => {
      const sent = await can.mail.send({ ...letter.value, parts });
      return 'problem' in sent ? failed(sent.problem, sent.sent) : done(sent);
    });
  },
});

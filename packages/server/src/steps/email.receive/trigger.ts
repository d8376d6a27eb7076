/**
 * email.receive: each mail that arrives in a mailbox starts a run, once. These are its settings; the engine reads the mailbox,
 * remembers how far it has come, and starts the runs.
 */

import {
  DURATION,
  defineTrigger,
  milliseconds,
  type Need,
  normaliseFilePath,
  normaliseHost,
  SECRET_NAME,
  SECRET_NAME_IS,
  z,
} from '@headgate/core/step';

const USUAL_PORT = 993;
const SOONEST = 10_000;
const LATEST = 86_400_000;

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;
const word = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => !CONTROL.test(text), 'one line, without control characters');

const input = z.strictObject({
  host: z
    .string()
    .max(253)
    .refine((text) => normaliseHost(text) !== undefined, 'the name of a host, written plainly')
    .describe('The mail server, written plainly, e.g. imap.example.com. It is spoken to over TLS from the first byte.'),
  port: z.int().min(1).max(65_535).optional().describe('Its port. Left out: 993.'),
  secret: z
    .string()
    .regex(SECRET_NAME, SECRET_NAME_IS)
    .describe(
      'Name of a secret of the kind basic (user and password), or of a connection, that is meant for imap://HOST:PORT.',
    ),
  user: word(300).optional().describe('Who logs in. Left out: the user of the secret.'),
  folder: word(500).optional().describe('The folder that is read. Left out: INBOX.'),
  from: word(300).optional().describe('Only mails whose sender holds this text.'),
  subject: word(300).optional().describe('Only mails whose subject holds this text.'),
  unseen: z.boolean().optional().describe('true: only mails that nobody has seen yet.'),
  seen: z.boolean().optional().describe('true: a mail is marked as seen once its run has begun.'),
  moveTo: word(500).optional().describe('A folder that a mail is moved to once its run has begun.'),
  files: z
    .string()
    .max(900)
    .refine((text) => text.endsWith('/') && normaliseFilePath(text) !== undefined, 'a folder that ends in /')
    .optional()
    .describe(
      'A folder of the project for files that come with mails, e.g. inbox/. Left out: they are named in the input, and not kept.',
    ),
  begin: z
    .enum(['now', 'all'])
    .optional()
    .describe('now (or left out): what lies there when the trigger begins starts nothing. all: it does.'),
  every: z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 1m')
    .refine((text) => {
      const span = milliseconds(text) ?? 0;
      return span >= SOONEST && span <= LATEST;
    }, 'a duration from 10s to 1d')
    .optional()
    .describe(
      'How long at most until the mailbox is looked at again, 10s to 1d; a server that tells of new mail does so at once. Left out: 1m.',
    ),
});

const plain = (value: unknown): string => (typeof value === 'string' ? value : '');

const needsOf = (raw: Record<string, unknown>): readonly Need[] => {
  const host = normaliseHost(plain(raw['host']));
  const port = z
    .int()
    .min(1)
    .max(65_535)
    .safeParse(raw['port'] ?? USUAL_PORT).data;
  if (host === undefined || port === undefined) return [];
  const name = plain(raw['secret']);
  const folder = plain(raw['files']);
  const path = folder === '' ? undefined : normaliseFilePath(folder);
  return [
    {
      power: 'net',
      scope: `IMAP ${host}:${port}`,
      sentence: `Read the mailbox at ${host} (port ${port}), mark its mails as seen and move them.`,
    },
    ...(SECRET_NAME.test(name)
      ? ([
          {
            power: 'secret',
            scope: `use ${name} for imap://${host}:${port}`,
            sentence: `Use the secret “${name}” to log in at ${host}, without the flow seeing it.`,
          },
        ] as const)
      : []),
    ...(path === undefined
      ? []
      : ([
          {
            power: 'file',
            scope: `write ${path}`,
            sentence: `Keep the files that come with mails in the folder ${path}.`,
          },
        ] as const)),
  ];
};

export const trigger = defineTrigger({
  kind: 'email.receive',
  version: 1,
  title: 'When an e-mail arrives',
  summary:
    'Starts a run for each mail that arrives in a folder of a mailbox (IMAP), each once and in the order they came, whatever happens in between. Its input is {id, uid, subject, from, to, cc, replyTo, date, text, html, size, attachments}, and `cut` with why where a mail could not be read whole.',
  input,
  needs: needsOf,
});

/**
 * From the bytes of a mail to what it says. Mails are made by strangers, so their parser runs in the jail, like the code of a
 * step: in a process that can open nothing, bounded in time and memory.
 *
 * MM1 What comes out of the jail is checked like what comes from outside: it may have been broken by a mail.
 * MM2 A mail that the parser cannot read is told as that; the trigger goes on with the next.
 */

import { createHash } from 'node:crypto';
import { bad, good, problem, type Result } from '@headgate/core';
import { z } from '@headgate/core/step';
import { type Compiler, openCompiler } from '../sandbox/compile.ts';
import type { Jail } from '../sandbox/jail.ts';
import { LIMITS, type Program } from '../sandbox/job.ts';

/** Characters of a text or of HTML that a run is given. */
const LONGEST_TEXT = 500_000;
const MOST_FILES = 50;
const MOST_PEOPLE = 200;

const SOURCE = `
import PostalMime from 'postal-mime';
const cut = (text, most) => (typeof text === 'string' ? text.slice(0, most) : null);
const line = (text) => (typeof text === 'string' ? text.replace(/[\\u0000-\\u001f\\u007f]+/g, ' ').trim().slice(0, 2000) : null);
const people = (all) =>
  (all ?? [])
    .flatMap((one) => (one.group === undefined ? [one] : one.group))
    .slice(0, ${MOST_PEOPLE})
    .map(({ name, address }) => ({ name: line(name) ?? '', address: line(address) ?? '' }));
export default async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const mail = await PostalMime.parse(bytes, {
    attachmentEncoding: 'base64',
    maxNestingDepth: 50,
    maxHeadersSize: 256 * 1024,
    maxRfc822NestingDepth: 3,
  });
  return {
    id: line(mail.messageId),
    subject: line(mail.subject) ?? '',
    from: people(mail.from === undefined ? [] : [mail.from])[0] ?? null,
    to: people(mail.to),
    cc: people(mail.cc),
    replyTo: people(mail.replyTo),
    date: line(mail.date),
    text: cut(mail.text, ${LONGEST_TEXT}),
    html: cut(mail.html, ${LONGEST_TEXT}),
    attachments: mail.attachments.slice(0, ${MOST_FILES}).map(({ filename, mimeType, content }) => ({
      name: line(filename) ?? '',
      type: line(mimeType) ?? '',
      base64: content,
    })),
  };
};
`;

/** What the parser joins pieces of bytes with; the realm of code has no Blob. */
const PIECES = `class {
  #bytes;
  constructor(pieces) {
    const all = pieces.map((piece) => (ArrayBuffer.isView(piece) ? piece : new Uint8Array(piece)));
    this.#bytes = new Uint8Array(all.reduce((size, piece) => size + piece.length, 0));
    let at = 0;
    for (const piece of all) {
      this.#bytes.set(piece, at);
      at += piece.length;
    }
  }
  async arrayBuffer() {
    return this.#bytes.buffer;
  }
}`;

const person = z.strictObject({ name: z.string().max(2000), address: z.string().max(2000) });
const persons = z.array(person).max(MOST_PEOPLE);
const message = z.strictObject({
  id: z.string().max(2000).nullable(),
  subject: z.string().max(2000),
  from: person.nullable(),
  to: persons,
  cc: persons,
  replyTo: persons,
  date: z.string().max(2000).nullable(),
  text: z.string().max(LONGEST_TEXT).nullable(),
  html: z.string().max(LONGEST_TEXT).nullable(),
  attachments: z
    .array(z.strictObject({ name: z.string().max(2000), type: z.string().max(2000), base64: z.string() }))
    .max(MOST_FILES),
});

/** What a mail says. */
export type Message = z.output<typeof message>;

export class Messages {
  readonly #jail: Jail | null;
  readonly #open: () => Compiler;
  #program: Promise<Result<Program>> | null = null;

  constructor(jail: Jail | null, open: () => Compiler = () => openCompiler({ allow: ['postal-mime'] })) {
    this.#jail = jail;
    this.#open = open;
  }

  /** Reads a mail, on behalf of a flow. Problems: `mail.unread`, and those of the jail. */
  async read(workspace: string, flow: string, raw: Buffer): Promise<Result<Message>> {
    if (this.#jail === null) return bad(problem('code.unavailable', 'Mails are read in the jail, and there is none'));
    this.#program ??= this.#compiled();
    const program = await this.#program;
    if (!program.ok) {
      this.#program = null;
      return program;
    }
    const { hash, script } = program.value;
    const done = await this.#jail.run({
      domain: workspace,
      party: flow,
      program: { hash, script },
      input: raw.toString('base64'),
      plain: true,
      names: [],
      limits: { ...LIMITS, cpuMs: 10_000, memoryMb: 256, outBytes: 32 * 1024 * 1024 },
      log: () => undefined,
      host: () => Promise.resolve(bad(problem('code.call', 'Nothing is called here'))),
    });
    if (!done.ok) return done.problem.code === 'code.thrown' ? bad(UNREAD) : bad(done.problem);
    const read = message.safeParse(JSON.parse(done.json));
    return read.success ? good(read.data) : bad(UNREAD);
  }

  async #compiled(): Promise<Result<Program>> {
    const compiler = this.#open();
    try {
      const made = await compiler.compile(SOURCE, 'js', 'mail');
      if (!made.ok) return made;
      const script = `((Blob) => (${made.value.script}))(${PIECES})`;
      return good({ hash: createHash('sha256').update(script).digest('hex'), script });
    } finally {
      await compiler.close();
    }
  }
}

const UNREAD = problem('mail.unread', 'The mail is not built as mails are, and cannot be read');

/**
 * A letter (RFC 5322) made of the fields of an input, for services that take one as a whole. Attachments are not made here.
 *
 * LT1 No field ends a line: what is said of one header can never become another.
 * LT2 Bodies are in base64, so that no line of them means anything to who carries it.
 */

import { bad, good, problem, type Result } from '../problem.ts';
import { base64 } from './base64.ts';

/** Fields a letter may have. */
export const LETTER_FIELDS = ['to', 'cc', 'bcc', 'from', 'reply_to', 'subject', 'text', 'html', 'in_reply_to'] as const;

const HEADERS: readonly (readonly [(typeof LETTER_FIELDS)[number], string])[] = [
  ['from', 'From'],
  ['to', 'To'],
  ['cc', 'Cc'],
  ['bcc', 'Bcc'],
  ['reply_to', 'Reply-To'],
  ['in_reply_to', 'In-Reply-To'],
];

// oxlint-disable-next-line no-control-regex -- they are what has to be found
const CONTROL = /[\u0000-\u001f\u007f]/;
const ASCII = /^[\x20-\x7e]*$/;

/** Encoded words (RFC 2047) of at most 75 characters, parted between characters. */
const words = (text: string): string => {
  if (ASCII.test(text)) return text;
  const parts: string[] = [];
  let part = '';
  for (const character of text) {
    if (new TextEncoder().encode(part + character).length > 39) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part].map((one) => `=?UTF-8?B?${base64(one)}?=`).join('\r\n ');
};

/** Of `Name <address>` the name may be in any script; the address is written as it is. */
const person = (text: string): string => {
  const cut = /^(.*?)\s*<([^<>]*)>$/.exec(text);
  return cut === null ? text : `${words((cut[1] ?? '').replace(/^"(.*)"$/, '$1'))} <${cut[2] ?? ''}>`;
};

const wrapped = (text: string): string => (base64(text).match(/.{1,76}/g) ?? []).join('\r\n');

const part = (type: string, text: string): string =>
  [`Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: base64', '', wrapped(text)].join('\r\n');

/** The letter as text, lines ended by CRLF. Problem: `service.input`. */
export const letterOf = (fields: Readonly<Record<string, unknown>>): Result<string> => {
  const lines: string[] = [];
  for (const [name, header] of [...HEADERS, ['subject', 'Subject'] as const]) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    const texts = (Array.isArray(value) ? value : [value]).map(String);
    if (texts.some((text) => CONTROL.test(text)))
      return bad(
        problem(
          'service.input',
          `\`${name}\` has a line break or another control character, which no header may have.`,
          {
            at: { field: `with.input.${name}` },
            fix: 'Take it out.',
          },
        ),
      );
    lines.push(`${header}: ${name === 'subject' ? words(texts.join(' ')) : texts.map(person).join(', ')}`);
  }
  lines.push('MIME-Version: 1.0');
  const { text, html } = fields;
  const head = lines.join('\r\n');
  if (typeof html !== 'string') return good(`${head}\r\n${part('text/plain', String(text ?? ''))}\r\n`);
  if (typeof text !== 'string') return good(`${head}\r\n${part('text/html', html)}\r\n`);
  // In base64 no line begins with a hyphen, so that any boundary is one.
  const bound = '=_headgate';
  const parts = [part('text/plain', text), part('text/html', html)].map((one) => `--${bound}\r\n${one}\r\n`).join('');
  return good(`${head}\r\nContent-Type: multipart/alternative; boundary="${bound}"\r\n\r\n${parts}--${bound}--\r\n`);
};

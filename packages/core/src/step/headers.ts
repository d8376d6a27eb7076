/**
 * HTTP header fields as a step's author writes them: a name and a text, number or boolean; null leaves a field out.
 *
 * It knows nothing of cookies, authority or policy. What it returns can be put on the wire without ending a line
 * (RFC 9110 §5.1 names, §5.5 values) and does not touch the framing of a message (RFC 9112).
 */

import { z } from 'zod';
import { bad, good, problem, type Result } from '../problem.ts';

/** Schema of a headers field. */
export const headersField = (description: string) =>
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).describe(description);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;
// Bytes of a field value: visible characters, space and tab; control characters would end the line or be dropped on the way.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They say where a message ends or who is at the other end: the HTTP layer alone writes them. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Lower-cased header fields as texts; of two names that differ in case only, the last wins. */
export const headersOf = (
  raw: z.output<ReturnType<typeof headersField>>,
  field = 'headers',
): Result<Record<string, string>> => {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(raw)) {
    if (value === null) continue;
    if (!TOKEN.test(name)) {
      return bad(
        problem('headers.name', `\`${field}\` has a name that is not one of a header.`, {
          at: { field },
          fix: 'Use letters, digits and -, e.g. X-Request-Id.',
        }),
      );
    }
    const key = name.toLowerCase();
    if (FRAMING.has(key)) {
      return bad(
        problem('headers.reserved', `The header ${key} is written by the HTTP layer alone.`, {
          at: { field },
          fix: `Leave ${key} out.`,
        }),
      );
    }
    const text = String(value).trim();
    if (!VALUE.test(text)) {
      return bad(
        problem(
          'headers.value',
          `The value of the header ${key} has a line break, another control character or a character outside Latin-1.`,
          {
            at: { field },
            fix: 'Remove it, or encode the value, e.g. {{ encodeURIComponent(input.name) }}.',
          },
        ),
      );
    }
    fields.set(key, text);
  }
  return good(Object.fromEntries(fields));
};

/**
 * Addresses as people write them: `ada@example.com`, `Ada Lovelace <ada@example.com>`, several with commas between.
 *
 * AD1 No line break and no control character is in what is read: nobody adds a header or a recipient.
 */

import { bad, good, type MailAddress, normaliseMail, problem, type Result } from '@headgate/core/step';

const NAMED = /^"?([^"<>]*?)"?\s*<([^<>\s]+)>$/;
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
const LONGEST_NAME = 200;

/** Every address of a text. Problem: `mail.address`. */
export const addressesIn = (text: string): Result<readonly MailAddress[]> => {
  if (CONTROL.test(text)) return bad(wrong('it holds a line break or a control character'));
  const found: MailAddress[] = [];
  for (const part of splitted(text)) {
    const [, name = '', within] = NAMED.exec(part) ?? [];
    const address = normaliseMail(within ?? part);
    if (address === undefined || name.length > LONGEST_NAME)
      return bad(wrong(found.length === 0 ? 'it is none' : `number ${found.length + 1} of it is none`));
    found.push(name.trim() === '' ? { address } : { address, name: name.trim() });
  }
  return good(found);
};

/** At commas that stand in no quotes. */
const splitted = (text: string): readonly string[] =>
  (text.match(/("[^"]*"|[^,"])+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '');

const wrong = (why: string) =>
  problem('mail.address', `This is no e-mail address: ${why}`, {
    fix: 'Write it as ada@example.com or Ada Lovelace <ada@example.com>: letters, digits and signs of ASCII.',
  });

/** What a password has to be, and who may make an account. */

import { SHORTEST_PASSWORD } from '@headgate/core/api';
import { isCommon } from '../../store/accounts/common.ts';

/** Who may have an account made: nobody, whom a member invites, who has an address of these domains, or anybody whom an administrator then approves. */
export type SignUpPolicy =
  | { readonly kind: 'closed' }
  | { readonly kind: 'invitation' }
  | { readonly kind: 'domain'; readonly domains: readonly string[] }
  | { readonly kind: 'approval' };

/** The kind of link that an address which asks for an account gets; null: none. */
export const linkFor = (policy: SignUpPolicy, email: string): 'signup' | 'request' | null => {
  if (!isEmail(email)) return null;
  if (policy.kind === 'approval') return 'request';
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return policy.kind === 'domain' && policy.domains.includes(domain) ? 'signup' : null;
};

/**
 * How an account begins that a member's invitation makes; null: it makes none. An invitation proves no address, so it makes
 * nobody that the policy would not let in by mail.
 */
export const invitedAs = (policy: SignUpPolicy, email: string): 'active' | 'pending' | null => {
  if (policy.kind === 'invitation') return 'active';
  const kind = linkFor(policy, email);
  return kind === null ? null : kind === 'request' ? 'pending' : 'active';
};

/**
 * ASCII alone (RFC 5321's dot-string, without the signs of source routes): addresses are compared, and signs beyond ASCII
 * look like others or fold into them.
 */
export const isEmail = (text: string): boolean =>
  text.length <= 254 &&
  /^[A-Za-z0-9.#$&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?$/.test(text);

const TRIED_FIRST = 'This password is one of those that are tried first';

/** Those long enough to pass and tried first by everybody; compared without signs, in lower case. */
const FIRST_TRIED: ReadonlySet<string> = new Set(
  `password password1 password12 password123 password1234 passwordpassword passw0rd passw0rd1 passw0rd123 mypassword
  qwertyuiop qwertyuiop1 qwerty1234 qwerty12345 qwerty123456 1qaz2wsx3edc zaq12wsxcde3 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4t5 asdfghjkl1 asdfghjkl123 zxcvbnm123
  1234567890 12345678910 0123456789 123456789a 1234567891 0987654321 123123123123 1111111111 0000000000 9876543210 1234512345
  iloveyou12 iloveyou123 ilovemyself letmein123 letmeinnow welcome123 welcome1234 welcome12345 administrator admin12345 admin123456 adminadmin changeme123
  changemenow football123 baseball123 superman123 batman12345 princess123 sunshine123 monkey12345 dragon12345 michael1234 charlie123 trustno1trustno1
  headgate123 headgate1234 headgateheadgate correcthorsebatterystaple abcdefghij abcdefghijk abc1234567 abcd123456 aaaaaaaaaa testtest12 test123456 testing1234
  google12345 secret12345 master12345 hello12345 helloworld1 computer123 internet123 whatever123 starwars123 samsung123 default1234`.split(
    /\s+/,
  ),
);

/** Why a password will not do, as a sentence; null: it does. It reads the list of those that became known (store/accounts/common.ts). */
export const whyWeak = async (password: string, about: readonly string[] = []): Promise<string | null> =>
  weakness(password, about) ?? ((await isCommon(password)) ? TRIED_FIRST : null);

/** What can be said of it without the list. Length and novelty alone count: no rules about signs. */
export const weakness = (password: string, about: readonly string[] = []): string | null => {
  if (Array.from(password).length < SHORTEST_PASSWORD) return `A password has at least ${SHORTEST_PASSWORD} characters`;
  const plain = password.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (FIRST_TRIED.has(plain) || new Set(password).size < 4) return TRIED_FIRST;
  const known = about.flatMap((text) => text.toLowerCase().split(/[^a-z0-9]+/)).filter((part) => part.length >= 5);
  if (known.some((part) => plain === part || plain.replaceAll(/[0-9]/g, '') === part))
    return 'This password is the address or the name with little else';
  return null;
};

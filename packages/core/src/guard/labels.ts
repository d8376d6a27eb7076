/**
 * Labels: names of fields and headers whose value is a secret whatever it looks like.
 *
 * LB1 Names are compared without case, `-`, `_`, `.` and spaces, so `X-Api-Key`, `x_api_key` and `xApiKey` are one.
 * LB2 A label matches as a whole or as the last words of a name (`githubToken`, `db_password`), never as a part of a word:
 *     `tokens` (a count), `passenger` and `secretary` are none.
 */

/** Whole names only: too common as an ending. */
const WHOLE: ReadonlySet<string> = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'auth',
  'pwd',
  'otp',
  'bearer',
  'jwt',
  'xauth',
  'xhubsignature',
  'xhubsignature256',
]);

/** Also as the ending of a longer name. */
const ENDINGS: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'secretkey',
  'clientsecret',
  'apikey',
  'accesskey',
  'privatekey',
  'encryptionkey',
  'signingkey',
  'token',
  'authtoken',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'sessiontoken',
  'sessionid',
  'credential',
  'credentials',
  'connectionstring',
  'authorization',
];

const LONGEST = 128;

/** End in `token` and are none: they tell where a list goes on. */
const HARMLESS: ReadonlySet<string> = new Set([
  'pagetoken',
  'nextpagetoken',
  'nexttoken',
  'continuationtoken',
  'synctoken',
  'nextsynctoken',
]);

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_. ]/g, '');

/** Cheap first question: most names hold none of these. */
const MARK = /pass|secret|key|token|cred|auth|cookie|session|pwd|connection|jwt|bearer|otp|signature/i;

const judge = (name: string): boolean => {
  const word = plain(name);
  if (WHOLE.has(word)) return true;
  if (HARMLESS.has(word)) return false;
  for (const ending of ENDINGS) {
    if (!word.endsWith(ending)) continue;
    if (word.length === ending.length) return true;
    if (startsWord(name, ending.length)) return true;
  }
  return false;
};

/** True when the last `letters` letters of the name begin a word: after a separator, a digit, or a change to upper case. */
const startsWord = (name: string, letters: number): boolean => {
  let left = letters;
  let at = name.length;
  while (left > 0 && at > 0) {
    at--;
    if (!'-_. '.includes(name[at] ?? '')) left--;
  }
  const before = name[at - 1] ?? '';
  const first = name[at] ?? '';
  if (before === '' || /[-_. 0-9]/.test(before)) return true;
  return first !== first.toLowerCase() && before === before.toLowerCase();
};

/** Is this the name of a field or header that holds a secret? */
export const isSecretLabel = (name: string): boolean => name.length <= LONGEST && MARK.test(name) && judge(name);

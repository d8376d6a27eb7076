/**
 * Key shapes: secrets recognisable by the form their vendors gave them.
 *
 * The second layer, never the promise: what the instance knows as a secret is found by value (match.ts). This file finds
 * keys that somebody pasted where they do not belong.
 *
 * KY1 Linear: one pass finds markers; behind a marker one bounded or single-class pattern runs, and a failed one has
 *     looked at no more than the run of characters it stands in, which is not looked at again.
 * KY2 Clean text costs the one pass over markers.
 */

/** A part of a text that is a key: from `start` up to `end`, and whose it is. */
export type Found = { readonly start: number; readonly end: number; readonly what: string };

type Shape = {
  readonly what: string;
  /** What the text must hold, as a piece of a pattern with a fixed beginning. */
  readonly mark: string;
  /** What follows the marker. */
  readonly rest: string;
  /** The marker is an ordinary piece of words: it must begin one, and the key must hold a digit. */
  readonly common?: true;
  /** What the body must look like besides. */
  readonly body?: (body: string) => boolean;
  /** Characters of the marker that stay readable. */
  readonly keep?: true;
};

const hasDigit = (body: string): boolean => /[0-9]/.test(body);

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A basic credential is the base64 of `user:password`; `basic understanding` is not. */
const isBasic = (body: string): boolean => {
  const code = (i: number): number => BASE64.indexOf(body.charAt(i));
  const most = Math.min(body.length, 400);
  for (let i = 0; i < most; i += 4) {
    const bits = ((code(i) & 63) << 18) | ((code(i + 1) & 63) << 12) | ((code(i + 2) & 63) << 6) | (code(i + 3) & 63);
    if (bits >> 16 === 0x3a || ((bits >> 8) & 255) === 0x3a || (bits & 255) === 0x3a) return true;
  }
  return false;
};

const SHAPES: readonly Shape[] = [
  { what: 'a Headgate key', mark: 'hg_', rest: '[A-Za-z0-9_-]{24,}', common: true },
  { what: 'a model provider key', mark: 'sk-', rest: '[A-Za-z0-9_-]{20,}', common: true },
  { what: 'a model provider key', mark: 'gsk_', rest: '[A-Za-z0-9]{40,}' },
  { what: 'a model provider key', mark: 'xai-', rest: '[A-Za-z0-9]{60,}' },
  { what: 'a model provider key', mark: 'pplx-', rest: '[A-Za-z0-9]{40,}' },
  { what: 'a model provider key', mark: 'r8_', rest: '[A-Za-z0-9]{37}', common: true },
  { what: 'a Hugging Face token', mark: 'hf_', rest: '[A-Za-z0-9]{30,}' },
  { what: 'a Stripe key', mark: '[sr]k_live_', rest: '[A-Za-z0-9]{16,}' },
  { what: 'a Stripe key', mark: '[sr]k_test_', rest: '[A-Za-z0-9]{16,}' },
  { what: 'a webhook secret', mark: 'whsec_', rest: '[A-Za-z0-9+/=]{20,}' },
  { what: 'a GitHub token', mark: 'gh[pousr]_', rest: '[A-Za-z0-9]{36,}' },
  { what: 'a GitHub token', mark: 'github_pat_', rest: '[A-Za-z0-9_]{22,}' },
  { what: 'a GitLab token', mark: 'gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-', rest: '[A-Za-z0-9_-]{20,}' },
  { what: 'a Slack token', mark: 'xox[abeoprs]-', rest: '[A-Za-z0-9-]{10,}' },
  { what: 'a Slack token', mark: 'xapp-', rest: '[A-Za-z0-9-]{10,}', common: true },
  { what: 'a Slack webhook', mark: 'hooks\\.slack\\.com/services/', rest: '[A-Za-z0-9/]{20,}' },
  { what: 'an AWS key id', mark: 'A(?:KIA|SIA|BIA|CCA)', rest: '[A-Z2-7]{16}(?![A-Za-z0-9])' },
  { what: 'a Google key', mark: 'AIza', rest: '[A-Za-z0-9_-]{35}' },
  { what: 'a Google token', mark: 'ya29\\.', rest: '[A-Za-z0-9_-]{20,}' },
  { what: 'a Google client secret', mark: 'GOCSPX-', rest: '[A-Za-z0-9_-]{28}' },
  { what: 'an Azure key', mark: 'AccountKey=', rest: '[A-Za-z0-9+/=]{40,}', keep: true },
  { what: 'an npm token', mark: 'npm_', rest: '[A-Za-z0-9]{36}' },
  { what: 'a PyPI token', mark: 'pypi-AgEIcHlwaS5vcmc', rest: '[A-Za-z0-9_-]{50,}' },
  { what: 'a Docker token', mark: 'dckr_pat_', rest: '[A-Za-z0-9_-]{20,}' },
  { what: 'a SendGrid key', mark: 'SG\\.', rest: '[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,}' },
  { what: 'a Mailgun key', mark: 'key-', rest: '[0-9a-f]{32}(?![A-Za-z0-9])', common: true },
  { what: 'a Shopify token', mark: 'shp(?:at|ca|pa|ss)_', rest: '[A-Fa-f0-9]{32}' },
  { what: 'a DigitalOcean token', mark: 'do[opr]_v1_', rest: '[a-f0-9]{64}' },
  { what: 'a Linear key', mark: 'lin_api_', rest: '[A-Za-z0-9]{32,}' },
  { what: 'a Notion token', mark: 'ntn_', rest: '[A-Za-z0-9]{40,}' },
  { what: 'a Supabase token', mark: 'sb[ap]_', rest: '[a-f0-9]{40}' },
  { what: 'an age key', mark: 'AGE-SECRET-KEY-1', rest: '[0-9A-Z]{50,}' },
  { what: 'a signed token', mark: 'eyJ', rest: '[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*' },
  { what: 'a private key', mark: '-----BEGIN ', rest: '[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----' },
  {
    what: 'a password in an address',
    mark: '://',
    rest: '[^\\s/?#:@"\'<>]{0,256}:[^\\s/?#@"\'<>]{1,1024}(?=@)',
    keep: true,
  },
  { what: 'a credential', mark: '[Bb]earer (?! )', rest: '[A-Za-z0-9._~+/=-]{16,}', keep: true, body: hasDigit },
  { what: 'a credential', mark: '[Bb]asic (?! )', rest: '[A-Za-z0-9+/]{8,}={0,2}', keep: true, body: isBasic },
];

const MARKS = new RegExp(SHAPES.map((s) => `(${s.mark})`).join('|'), 'g');
const RESTS = SHAPES.map((s) => new RegExp(s.rest, 'y'));
const RUN = /[A-Za-z0-9_-]*/y;
const PEM_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** All keys in the text, in order, not overlapping. */
export const findKeys = (text: string): readonly Found[] => {
  let found: Found[] | undefined;
  MARKS.lastIndex = 0;
  for (let mark = MARKS.exec(text); mark !== null; mark = MARKS.exec(text)) {
    const which = groupOf(mark);
    const shape = SHAPES[which];
    const rest = RESTS[which];
    if (shape === undefined || rest === undefined) continue;
    const after = mark.index + mark[0].length;
    if (shape.common === true && /[A-Za-z0-9]/.test(text[mark.index - 1] ?? '')) continue;
    rest.lastIndex = after;
    const body = rest.exec(text)?.[0];
    if (body === undefined) {
      if (shape.mark === 'eyJ') MARKS.lastIndex = runEnd(text, after);
      continue;
    }
    if ((shape.common === true && !hasDigit(body)) || shape.body?.(body) === false) {
      MARKS.lastIndex = after + body.length;
      continue;
    }
    const end = shape.what === 'a private key' ? pemEnd(text, after + body.length) : after + body.length;
    (found ??= []).push({ start: startOf(shape, mark.index, after, body), end, what: shape.what });
    MARKS.lastIndex = end;
  }
  return found ?? NONE;
};

const NONE: readonly Found[] = [];

const groupOf = (match: RegExpExecArray): number => {
  for (let i = 1; i < match.length; i++) if (match[i] !== undefined) return i - 1;
  return -1;
};

/** In an address only what follows the user's name is hidden; behind `Bearer ` only the credential. */
const startOf = (shape: Shape, start: number, after: number, body: string): number => {
  if (shape.keep !== true) return start;
  return shape.mark === '://' ? after + body.indexOf(':') + 1 : after;
};

const runEnd = (text: string, from: number): number => {
  RUN.lastIndex = from;
  return from + (RUN.exec(text)?.[0].length ?? 0);
};

/** A private key ends at its last line, or with the text when that line is missing. */
const pemEnd = (text: string, from: number): number => {
  PEM_END.lastIndex = from;
  const end = PEM_END.exec(text);
  return end === null ? text.length : end.index + end[0].length;
};

/** Would showing this text (a name or a short literal) risk showing a secret? Strict: a random look is enough. */
export const looksSecret = (text: string): boolean => {
  if (findKeys(text).length > 0) return true;
  if (text.length < 16 || /\s/.test(text)) return false;
  if (/^[0-9a-fA-F-]{24,}$/.test(text)) return true;
  return /[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9]/.test(text);
};

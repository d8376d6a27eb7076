/**
 * Powers: what a step may do, with a scope. One grammar for grants, needs, narrowings and effects: `<power>: <scope>`.
 * The grammar of each power is a file of scopes/; docs/powers.md tells it to people.
 *
 *   net: GET api.github.com:443/repos/acme/     secret: use github for https://api.github.com     flow: call Greet
 *   file: read invoices/                        secret: read github for code 9f86d081…            mcp: server/tool
 *   data: read table customers                  model: local/*, 20k tokens a run                  ask: role admin
 *   code: js                                    reveal: jwt (of outputs, not of steps)
 *
 * PW1 A parsed power has one spelling: `parsePower(printPower(p))` gives `p` again.
 * PW2 `covers` is total: it never throws, and what it does not understand it does not cover.
 * PW3 `covers` is reflexive and transitive, and widening a grant never takes away what it covered.
 */

import { problem, type Result } from '../problem.ts';
import { suggest } from '../flow/suggest.ts';
import { named } from '../flow/text/shown.ts';
import { ask, type AskScope } from './scopes/ask.ts';
import { code, type CodeScope } from './scopes/code.ts';
import { data, type DataScope } from './scopes/data.ts';
import { file, type FileScope } from './scopes/file.ts';
import { flow, type FlowScope } from './scopes/flow.ts';
import { mcp, type McpScope } from './scopes/mcp.ts';
import { model, type ModelScope } from './scopes/model.ts';
import { net, type NetScope } from './scopes/net.ts';
import { reveal, type RevealScope } from './scopes/reveal.ts';
import type { Scope } from './scopes/scope.ts';
import { secret, type SecretScope } from './scopes/secret.ts';

type Scopes = {
  readonly net: NetScope;
  readonly file: FileScope;
  readonly secret: SecretScope;
  readonly model: ModelScope;
  readonly data: DataScope;
  readonly flow: FlowScope;
  readonly mcp: McpScope;
  readonly code: CodeScope;
  readonly ask: AskScope;
  readonly reveal: RevealScope;
};

export type PowerWord = keyof Scopes;

/** A parsed power: the word, and the members of its scope. */
export type Power<W extends PowerWord = PowerWord> = { [K in W]: { readonly power: K } & Scopes[K] }[W];

const GRAMMARS: { readonly [W in PowerWord]: Scope<Scopes[W]> } = {
  net,
  file,
  secret,
  model,
  data,
  flow,
  mcp,
  code,
  ask,
  reveal,
};

const LONGEST = 500;

/** The grammar of a power's own word. Which one it is and what it takes go together; the type cannot follow that. */
const grammarOf = (power: Power): Scope<Power> => GRAMMARS[power.power] as unknown as Scope<Power>;

const isWord = (word: unknown): word is PowerWord => typeof word === 'string' && Object.hasOwn(GRAMMARS, word);

/** Reads `<power>: <scope>`. Codes: `power.unknown` (no such word), `power.scope`. */
export const parsePower = (text: string): Result<Power> => {
  if (typeof text !== 'string' || text.length > LONGEST)
    return wrong('power.scope', `expected a power of at most ${LONGEST} characters`);
  const colon = text.indexOf(':');
  const word = (colon < 0 ? text : text.slice(0, colon)).trim();
  if (!isWord(word)) return unknown(word);
  const { parse, form } = GRAMMARS[word];
  const read = parse(colon < 0 ? '' : text.slice(colon + 1).trim());
  if ('wrong' in read) return wrong('power.scope', `${read.wrong} in the power ${word}`, `Write it like ${form}`);
  return { ok: true, value: { power: word, ...read.scope } as Power };
};

/** The one spelling of a power, in the grammar that `parsePower` reads and a grant takes. */
export const printPower = (power: Power): string => `${power.power}: ${grammarOf(power).print(power)}`;

/** Does the grant allow all that the request stands for? Both may be patterns. */
export const covers = (grant: Power, request: Power): boolean =>
  isPower(grant) && isPower(request) && grant.power === request.power && grammarOf(grant).covers(grant, request);

/** A power as one sentence that a person who writes no code can consent to, e.g. "Read from api.github.com (GET, port 443)". */
export const sentence = (power: Power): string => grammarOf(power).sentence(power);

/**
 * The power as it may be told: without the path of an address, which may itself be a secret (a token in the address of a
 * webhook). Paths are judged; they stand in no record and no text.
 */
export const withoutPath = (power: Power): Power => {
  if (power.power !== 'net' || power.path === undefined) return power;
  const { path: _path, ...rest } = power;
  return rest;
};

/** To see a secret, whatever the code: what narrows or limits powers names no text of code. Every other power as it is. */
export const withoutCode = (power: Power): Power => {
  if (power.power !== 'secret' || power.read !== true || power.code === undefined) return power;
  const { code: _code, ...rest } = power;
  return rest;
};

/** Does an entitled author lend this by writing it plainly into a step? */
export const lentByWriting = (power: Power): boolean => grammarOf(power).byTyping(power);

/** Powers reach `covers` from stores and from other processes: what is none is covered by nothing and covers nothing. */
const isPower = (power: Power): boolean =>
  typeof power === 'object' && power !== null && isWord(power.power) && grammarOf(power).is(power);

const wrong = (code: string, text: string, fix?: string): Result<Power> => ({
  ok: false,
  problem: problem(code, text, fix === undefined ? {} : { fix }),
});

const unknown = (word: string): Result<Power> => {
  const words = Object.keys(GRAMMARS);
  const near = suggest(word, words);
  return wrong(
    'power.unknown',
    `expected a power such as ${net.form}, got ${named(word)}`,
    near === undefined ? `Powers: ${words.join(', ')}.` : `Did you mean ${near}?`,
  );
};

/** `model: local/*, 20k tokens a run`: models of a provider, and how much of them one run may use. */

import { named } from '../../flow/text/shown.ts';
import { type Read, type Scope, texts, wrong } from './scope.ts';

/** `model`: `provider/name`, `provider/*` or `*`. `tokens`: the most in one run; absent means no bound. */
export type ModelScope = { readonly model: string; readonly tokens?: number };

const MODEL = /^(\*|[a-z0-9][a-z0-9_.-]*(\/[A-Za-z0-9][A-Za-z0-9._:@+-]*)*\/(\*|[A-Za-z0-9][A-Za-z0-9._:@+-]*))$/;
const TOKENS = /^(\d{1,12})([km]?) tokens? a run$/;
const TIMES: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000 };

const parse = (text: string): Read<ModelScope> => {
  const comma = text.indexOf(',');
  const model = (comma < 0 ? text : text.slice(0, comma)).trim();
  if (!MODEL.test(model)) return wrong(`expected provider/model, provider/* or *, got ${named(model)}`);
  if (comma < 0) return { scope: { model } };
  const cut = TOKENS.exec(
    text
      .slice(comma + 1)
      .trim()
      .replaceAll(/\s+/g, ' '),
  );
  const tokens = cut === null ? 0 : Number(cut[1]) * (TIMES[cut[2] ?? ''] ?? 1);
  if (tokens < 1 || !Number.isSafeInteger(tokens)) return wrong('expected a number of tokens such as 20k tokens a run');
  return { scope: { model, tokens } };
};

const short = (tokens: number): string =>
  tokens % 1_000_000 === 0 ? `${tokens / 1_000_000}m` : tokens % 1_000 === 0 ? `${tokens / 1_000}k` : `${tokens}`;

/** 20000 as `20,000`. */
const grouped = (tokens: number): string => String(tokens).replaceAll(/\B(?=(\d{3})+$)/g, ',');

const modelCovers = (outer: string, inner: string): boolean =>
  outer === '*' ||
  outer === inner ||
  (outer.endsWith('/*') && inner.startsWith(outer.slice(0, -1)) && MODEL.test(inner));

export const model: Scope<ModelScope> = {
  form: 'model: local/*, 20k tokens a run',
  parse,
  print: ({ model: name, tokens }) => (tokens === undefined ? name : `${name}, ${short(tokens)} tokens a run`),
  is: (value) =>
    texts(value, 'model') &&
    (value['tokens'] === undefined || (Number.isSafeInteger(value['tokens']) && Number(value['tokens']) >= 0)),
  covers: (grant, request) =>
    modelCovers(grant.model, request.model) &&
    (grant.tokens === undefined || (request.tokens !== undefined && request.tokens <= grant.tokens)),
  sentence: ({ model: name, tokens }) =>
    `Ask ${name === '*' ? 'any model' : name.endsWith('/*') ? `any model of ${name.slice(0, -2)}` : `the model ${name}`}, ${
      tokens === undefined ? 'as much as it likes' : `up to ${grouped(tokens)} tokens in one run`
    }`,
  byTyping: () => false,
};

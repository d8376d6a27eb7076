/**
 * Checks and converts arguments to the declared parameters, at evaluation.
 *
 * Numbers, texts and booleans convert into each other as in JavaScript. Null and undefined do not
 * become the texts "null" and "undefined": where a text or number is needed, they are a Problem.
 */
import { toNumber, toText } from '../convert.ts';
import { fail } from '../fault.ts';
import { kindName, kindOf, Pattern, type Kind } from '../values.ts';
import type { Param, ParamType, Use } from './method.ts';

const wrong = (use: Use, method: string, param: Param, kind: Kind): never =>
  fail(
    use.site,
    'expr.type',
    `\`${method}\` expects ${article(param.type)} as \`${param.name}\`, and got ${kindName(kind)}`,
    kind === 'nothing' ? 'Give a value for the case that it is absent, such as `?? ""`.' : undefined,
  );

const articles: Record<ParamType, string> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  object: 'an object',
  date: 'a date',
  duration: 'a duration',
  regex: 'a regex',
  any: 'a value',
  function: 'a function',
  'text or regex': 'a text or a regex',
  'text or function': 'a text or a function',
  'object or duration': 'an object such as { days: 1 }, or a duration,',
  'text or list': 'a text or a list of texts',
};

export const article = (type: ParamType): string => articles[type];

/** The value for one parameter, converted; an absent optional one stays undefined. */
export const argument = (use: Use, method: string, param: Param, value: unknown): unknown => {
  const { type } = param;
  if (type === 'any') return value;
  if (value === undefined && param.optional) return undefined;
  const kind = typeof value === 'function' ? 'function' : kindOf(value);
  if (kind === type) return value;
  if (kind === 'function') return type === 'text or function' ? value : wrong(use, method, param, 'foreign');
  if (kind === 'nothing' || kind === 'foreign')
    return type === 'boolean' && kind === 'nothing' ? false : wrong(use, method, param, kind);
  switch (type) {
    case 'text':
    case 'text or function':
      return kind === 'regex' ? wrong(use, method, param, kind) : toText(value, use.budget, use.site);
    case 'text or regex':
      return value instanceof Pattern ? value : toText(value, use.budget, use.site);
    case 'number':
      return kind === 'regex' ? wrong(use, method, param, kind) : toNumber(value, use.budget, use.site);
    case 'boolean':
      return Boolean(value);
    case 'object or duration':
      return kind === 'object' || kind === 'duration' ? value : wrong(use, method, param, kind);
    case 'text or list':
      return kind === 'text'
        ? value
        : kind === 'list'
          ? texts(use, method, param, value)
          : wrong(use, method, param, kind);
    case 'list':
    case 'object':
    case 'date':
    case 'duration':
    case 'regex':
    case 'function':
      return wrong(use, method, param, kind);
  }
};

const texts = (use: Use, method: string, param: Param, list: unknown): readonly string[] => {
  if (!Array.isArray(list) || list.length > 100) return wrong(use, method, param, 'list');
  return list.map((item: unknown) => (typeof item === 'string' ? item : wrong(use, method, param, kindOf(item))));
};

/** All arguments in order; rest parameters as one list. Surplus arguments are left out, as callbacks get more than they take. */
export const argumentsFor = (
  use: Use,
  method: string,
  { params, direct }: { readonly params: readonly Param[]; readonly direct: boolean },
  values: readonly unknown[],
): readonly unknown[] => {
  if (direct) return values.length > params.length ? values.slice(0, params.length) : values;
  const made: unknown[] = [];
  for (let i = 0; i < params.length; i += 1) {
    const param = params[i];
    if (param === undefined) continue;
    if (param.rest) {
      const more = values.slice(i);
      use.budget.charge(more.length);
      made.push(param.type === 'any' ? more : more.map((value) => argument(use, method, param, value)));
    } else {
      made.push(argument(use, method, param, values[i]));
    }
  }
  return made;
};

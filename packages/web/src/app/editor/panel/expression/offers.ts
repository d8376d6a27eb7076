/**
 * What may stand at a caret in an expression: names and results of steps from the data of the last run, and the functions
 * of the language with the sentence that its documentation has for each.
 */

import {
  compile,
  evaluate,
  EXPR_ROOTS,
  exprConstants,
  exprFields,
  exprFunctions,
  exprMethods,
  type ExprScope,
  exprSignature,
  isObject,
} from '@headgate/core';
import { before, expressionAt, namesIn, resolved } from './chain.ts';

export type Root = (typeof EXPR_ROOTS)[number];

export type Offer = {
  readonly label: string;
  /** `name`: a root or a name of an arrow function. */
  readonly kind: 'name' | 'step' | 'field' | 'method' | 'function';
  /** What it gives: a kind of value, or a value, cut short. */
  readonly gives: string;
  readonly docs: string;
  readonly example: string;
  /** What is written; the caret goes between the parentheses where there are any to fill. */
  readonly write: string;
  /** The dot before it is taken away: `["odd name"]` needs none. */
  readonly dotless: boolean;
};

export type Offers = { readonly from: number; readonly offers: readonly Offer[] };

/** What is known where the expression stands. */
export type World = {
  readonly scope: ExprScope;
  readonly steps: readonly { readonly id: string; readonly title: string }[];
  /** Is the step done once for each item? Then there are `item` and `index`. */
  readonly items: boolean;
  /** What a root is, in a sentence. */
  readonly says: (root: Root) => string;
  /** Fields that the schema of a place knows, where no run has shown any. */
  readonly fields: (path: readonly string[]) => readonly { readonly name: string; readonly type: string }[];
};

const SHORT = 40;

/** A value in a few characters. */
export const brief = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (isObject(value)) return '{…}';
  const text = JSON.stringify(value) ?? '';
  return text.length > SHORT ? `${text.slice(0, SHORT - 1)}…` : text;
};

export const offersAt = (text: string, at: number, world: World): Offers | null => {
  const here = expressionAt(text, at);
  if (here === null) return null;
  const { from, owner } = before(here.code);
  const begin = here.start + from;
  if (owner === null) return { from: begin, offers: namesAt(here.code, world) };
  if (owner === '') return null;
  return { from: begin, offers: membersOf(here.code, owner, world) };
};

const name = (label: string, gives: string, docs: string): Offer => ({
  label,
  kind: 'name',
  gives,
  docs,
  example: '',
  write: label,
  dotless: false,
});

const NAMESPACES = [...new Set([...exprFunctions, ...exprConstants].map(({ on }) => on))].filter((on) => on !== '');

const namesAt = (code: string, world: World): readonly Offer[] => [
  ...namesIn(code).map((one) => name(one, '', '')),
  ...EXPR_ROOTS.filter((root) => world.items || (root !== 'item' && root !== 'index')).map((root) =>
    name(root, '', world.says(root)),
  ),
  ...exprFunctions.filter(({ on }) => on === '').map(functionOffer),
  ...NAMESPACES.map((one): Offer => ({ ...name(one, '', ''), kind: 'function' })),
];

type Function = (typeof exprFunctions)[number] | (typeof exprMethods)[number];

const functionOffer = (one: Function): Offer => ({
  label: one.name,
  kind: 'params' in one && 'on' in one && one.on !== '' ? 'method' : 'function',
  gives: `(${exprSignature(one.params)}) → ${one.result}`,
  docs: one.doc,
  example: `${one.example[0]} → ${JSON.stringify(one.example[1])}`,
  write: `${one.name}()`,
  dotless: false,
});

const fieldOffer = (label: string, gives: string): Offer => {
  const plain = /^[A-Za-z_$][\w$]*$/.test(label);
  return {
    label,
    kind: 'field',
    gives,
    docs: '',
    example: '',
    write: plain ? label : `[${JSON.stringify(label)}]`,
    dotless: !plain,
  };
};

const LENGTH = fieldOffer('length', 'number');
const MOST_FIELDS = 200;

const membersOf = (code: string, owner: string, world: World): readonly Offer[] => {
  if (owner === 'steps' || owner === 'problems')
    return world.steps.map(({ id, title }): Offer => {
      const value = owner === 'steps' ? world.scope.step(id) : world.scope.problem(id);
      return { ...fieldOffer(id, value === undefined ? '' : brief(value)), kind: 'step', docs: title };
    });
  const statics = [...exprFunctions.filter(({ on }) => on === owner).map(functionOffer), ...constantsOf(owner)];
  if (statics.length > 0) return statics;
  const special = specialKind(owner);
  if (special !== null) return [...specialFields(special), ...methodsOf(special)];
  const { compiled } = compile(`{{ ${resolved(code, owner)} }}`);
  const made = evaluate(compiled, world.scope);
  const value = made.ok ? made.value : undefined;
  if (value === undefined || value === null) return fromSchema(owner, world);
  if (typeof value === 'string') return [LENGTH, ...methodsOf('text')];
  if (typeof value === 'number') return methodsOf('number');
  if (typeof value === 'boolean') return methodsOf('boolean');
  if (Array.isArray(value)) return [LENGTH, ...methodsOf('list')];
  return Object.entries(value)
    .slice(0, MOST_FIELDS)
    .map(([key, one]) => fieldOffer(key, brief(one)));
};

const constantsOf = (on: string): readonly Offer[] =>
  exprConstants
    .filter((one) => one.on === on)
    .map((one) => ({ ...fieldOffer(one.name, String(one.value)), docs: one.doc }));

const methodsOf = (on: string): readonly Offer[] => exprMethods.filter((one) => one.on === on).map(functionOffer);

type Special = 'date' | 'duration' | 'regex';
const isSpecial = (kind: string | undefined): kind is Special =>
  kind === 'date' || kind === 'duration' || kind === 'regex';

/** Dates and durations become texts in a result; what they are is told by what made them. */
const specialKind = (owner: string): Special | null => {
  if (owner === 'now') return 'date';
  const call = /(?:^|\.)([A-Za-z_$][\w$]*)\s*\([^]*\)$/.exec(owner);
  if (call?.[1] === undefined) return null;
  const last = lastCall(owner);
  const known = [...exprMethods, ...exprFunctions].find((one) => one.name === last && isSpecial(one.result));
  return isSpecial(known?.result) ? known.result : null;
};

/** The name that the last parentheses of a chain call. */
const lastCall = (owner: string): string => {
  let depth = 0;
  for (let i = owner.length - 1; i >= 0; i -= 1) {
    if (owner[i] === ')') depth += 1;
    if (owner[i] === '(') depth -= 1;
    if (depth === 0) return /([A-Za-z_$][\w$]*)\s*$/.exec(owner.slice(0, i))?.[1] ?? '';
  }
  return '';
};

const specialFields = (kind: Special): readonly Offer[] =>
  exprFields.filter(({ on }) => on === kind).map((one) => ({ ...fieldOffer(one.name, one.result), docs: one.doc }));

const fromSchema = (owner: string, world: World): readonly Offer[] =>
  /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*$/.test(owner)
    ? world.fields(owner.split(/\??\./)).map((one) => fieldOffer(one.name, one.type))
    : [];

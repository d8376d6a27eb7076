/**
 * Literals: constants, lists and objects. Lists and objects are new each time, plain, and hold own
 * data properties only: `__proto__` is refused as a key, written or computed (attack row PP-01).
 */
import type { ArrayExpression, Expression, Literal, ObjectExpression, Property, SpreadElement } from 'acorn';
import type { Code, Compiler, Frame, Made } from './compiler.ts';
import { toText } from './convert.ts';
import { fail, type Site } from './fault.ts';
import { compileRegex } from './regex.ts';
import { isPlain, type Plain } from './values.ts';

export const constant = (value: unknown): Made => ({ run: () => value, cost: 1, origin: 'scope' });

export const literal = (compiler: Compiler, node: Literal): Made => {
  if (node.regex !== undefined) return compileRegex(compiler, node.start, node.regex.pattern, node.regex.flags);
  if (node.bigint !== undefined || node.value instanceof RegExp || typeof node.value === 'bigint') {
    return compiler.refuse(node.start, 'expr.unsupported', 'Big integers are not supported', 'Leave out the `n`.');
  }
  return constant(node.value);
};

export type Item = Made & { readonly spread: boolean; readonly site: Site };

export const itemOf = (compiler: Compiler, node: Expression | SpreadElement): Item =>
  node.type === 'SpreadElement'
    ? { ...compiler.visit(node.argument), spread: true, site: compiler.site(node.start) }
    : { ...compiler.visit(node), spread: false, site: compiler.site(node.start) };

/** Evaluates items in order, spreading where written; used for lists and for arguments. */
export const gather = (items: readonly Item[], frame: Frame): unknown[] => {
  const made: unknown[] = [];
  for (const item of items) {
    const value = item.run(frame);
    if (!item.spread) {
      made.push(value);
    } else if (Array.isArray(value)) {
      frame.budget.charge(value.length);
      for (const inner of value) made.push(inner);
    } else if (typeof value === 'string') {
      frame.budget.charge(value.length);
      for (const character of value) made.push(character);
    } else {
      fail(
        item.site,
        'expr.type',
        'Only a list or a text can be spread here',
        'If it may be absent, write ...(list ?? []).',
      );
    }
  }
  return made;
};

/** What a new list or object costs beside its items. */
const CREATION = 4;

export const costOf = (parts: readonly Made[]): number => parts.reduce((sum, part) => sum + part.cost, 1);

export const list = (compiler: Compiler, node: ArrayExpression): Made => {
  const nodes = node.elements.filter((element) => element !== null);
  if (nodes.length < node.elements.length) {
    return compiler.refuse(
      node.start,
      'expr.unsupported',
      'A list cannot have holes',
      'Write null where there is no value.',
    );
  }
  const parts = nodes.map((inner) => itemOf(compiler, inner));
  return { run: (frame) => gather(parts, frame), cost: costOf(parts) + CREATION, origin: 'fresh' };
};

type Member =
  | { readonly type: 'named'; readonly key: string; readonly value: Code }
  | { readonly type: 'computed'; readonly key: Code; readonly value: Code; readonly site: Site }
  | { readonly type: 'spread'; readonly value: Code; readonly site: Site };

/** Attack row PP-01: a key that could be taken for a prototype by whoever merges the result later. */
export const protoKey = (site: Site): never =>
  fail(site, 'expr.forbidden', 'An object cannot have the key `__proto__`', 'Choose another key.');

export const object = (compiler: Compiler, node: ObjectExpression): Made => {
  const parts: Made[] = [];
  const members: Member[] = [];
  for (const property of node.properties) {
    const made = memberOf(compiler, property, parts);
    if (made !== undefined) members.push(made);
  }
  return { run: (frame) => build(members, frame), cost: costOf(parts) + CREATION, origin: 'fresh' };
};

const memberOf = (compiler: Compiler, node: Property | SpreadElement, parts: Made[]): Member | undefined => {
  const visit = (of: Expression): Code => {
    const made = compiler.visit(of);
    parts.push({ ...made, cost: made.cost + 1 });
    return made.run;
  };
  const site = compiler.site(node.start);
  if (node.type === 'SpreadElement') return { type: 'spread', value: visit(node.argument), site };
  if (node.kind !== 'init' || node.method) {
    parts.push(
      compiler.refuse(
        node.start,
        'expr.unsupported',
        'An object cannot have methods, getters or setters',
        'Write a value: { key: value }.',
      ),
    );
    return undefined;
  }
  if (node.computed) return { type: 'computed', key: visit(node.key), value: visit(node.value), site };
  const key =
    node.key.type === 'Identifier' ? node.key.name : node.key.type === 'Literal' ? String(node.key.value) : '';
  if (key === '__proto__') {
    parts.push(
      compiler.refuse(node.start, 'expr.forbidden', 'An object cannot have the key `__proto__`', 'Choose another key.'),
    );
    return undefined;
  }
  return { type: 'named', key, value: visit(node.value) };
};

/** Every name that an object has not had before makes the platform describe a new kind of object. */
const NEW_KEY = 40;

const build = (members: readonly Member[], frame: Frame): Plain => {
  const made: Plain = {};
  for (const member of members) {
    switch (member.type) {
      case 'named':
        made[member.key] = member.value(frame);
        break;
      case 'computed': {
        const key = toText(member.key(frame), frame.budget, member.site);
        frame.budget.charge(NEW_KEY);
        frame.budget.copy(key.length);
        if (key === '__proto__') protoKey(member.site);
        made[key] = member.value(frame);
        break;
      }
      case 'spread':
        spread(made, member.value(frame), frame, member.site);
        break;
    }
  }
  return made;
};

const spread = (into: Plain, value: unknown, frame: Frame, site: Site): void => {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return;
  if (typeof value === 'string' || Array.isArray(value)) {
    frame.budget.charge(value.length * 2);
    for (let i = 0; i < value.length; i += 1) into[i] = value[i];
    return;
  }
  if (typeof value !== 'object' || !isPlain(value)) return fail(site, 'expr.type', 'Only an object can be spread here');
  frame.budget.charge(2 + Object.keys(value).length * 2);
  if (Object.hasOwn(value, '__proto__')) protoKey(site);
  Object.assign(into, value);
};

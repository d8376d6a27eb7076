/**
 * Names and members: roots, locals, constants of namespaces, `a.b`, `a[b]`, `a?.b`.
 *
 * A chain of literal keys that starts at a root becomes one closure and one Reference; that is the
 * plain path, the most frequent expression by far.
 */
import type { ChainExpression, Expression, Identifier, MemberExpression } from 'acorn';
import type { Code, Compiler, Frame, Made } from './compiler.ts';
import type { Site } from './fault.ts';
import { closest, namedStep, unknownName } from './hints.ts';
import { constant } from './literals.ts';
import { constantNamed, fieldOf, isMethodName, isNamespace, namesOf } from './methods/table.ts';
import { element, isForbidden, member, type MemberSite } from './read.ts';
import { isRoot, type Root } from './scope.ts';
import { kindOf, utc } from './values.ts';

/** What a chain gives when `?.` met nothing: the rest of the chain is skipped. Never leaves a ChainExpression. */
const SKIP: unique symbol = Symbol('skip');

const LONGEST_OWNER = 60;

/** The author's own words for an expression, cut to a readable length. */
const words = (compiler: Compiler, node: { start: number; end: number }): string => {
  const text = compiler.source.text.slice(compiler.base + node.start, compiler.base + node.end).replace(/\s+/g, ' ');
  return text.length > LONGEST_OWNER ? `…${text.slice(-LONGEST_OWNER)}` : text;
};

const memberSite = (
  compiler: Compiler,
  start: number,
  owner: { start: number; end: number },
  key?: string,
): MemberSite => ({
  ...compiler.site(start),
  owner: words(compiler, owner),
  fields: fieldOf,
  isMethod: isMethodName,
  ...(key === undefined ? {} : { key }),
});

export const identifier = (compiler: Compiler, node: Identifier): Made => {
  const { name } = node;
  const slot = compiler.slotOf(name);
  if (slot !== undefined) return { run: (frame) => frame.locals[slot], cost: 1, origin: 'fresh' };
  if (name === 'undefined') return constant(undefined);
  if (name === 'NaN') return constant(Number.NaN);
  if (name === 'Infinity') return constant(Number.POSITIVE_INFINITY);
  if (isRoot(name)) return root(compiler, node, name, [], node);
  if (isNamespace(name)) {
    return compiler.refuse(
      node.start,
      'expr.name',
      `\`${name}\` is not a value`,
      `Call one of its functions, such as ${namesOf(name)[0] ?? name}(…).`,
    );
  }
  const { code, text, fix } = unknownName(name, compiler.localNames());
  return compiler.refuse(node.start, code, text, fix);
};

type Segment = { readonly key: string; readonly site: MemberSite; readonly optional: boolean };

/** The literal key of a member, if it has one. */
const literalKey = (node: MemberExpression): string | undefined => {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : undefined;
  if (node.property.type !== 'Literal') return undefined;
  const { value } = node.property;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
};

type Path = { readonly base: Identifier; readonly members: MemberExpression[] };

/** The chain of literal keys down to an identifier, outermost last; undefined when it is not one. */
const pathOf = (node: MemberExpression): Path | undefined => {
  const members: MemberExpression[] = [];
  let at: Expression = node;
  while (at.type === 'MemberExpression') {
    if (literalKey(at) === undefined || at.object.type === 'Super') return undefined;
    members.unshift(at);
    at = at.object;
  }
  return at.type === 'Identifier' ? { base: at, members } : undefined;
};

export const memberExpression = (compiler: Compiler, node: MemberExpression): Made => {
  const path = pathOf(node);
  if (path !== undefined && compiler.slotOf(path.base.name) === undefined) {
    const { name } = path.base;
    if (isRoot(name)) return root(compiler, path.base, name, path.members, node);
    if (isNamespace(name)) return namespaced(compiler, node, name, path.members);
    const step = name === '$node' ? path.members[0] : undefined;
    if (step !== undefined) {
      const { code, text, fix } = namedStep(name, literalKey(step) ?? '');
      return compiler.refuse(path.base.start, code, text, fix);
    }
  }
  if (node.object.type === 'Super' || node.property.type === 'PrivateIdentifier') {
    return compiler.refuse(node.start, 'expr.unsupported', '`super` and private names are not supported');
  }
  const of = compiler.visit(node.object);
  const key = literalKey(node);
  if (key === undefined) return computed(compiler, node, of, node.property, node.object);
  if (isForbidden(key)) return refuseName(compiler, node.property.start);
  const site = memberSite(compiler, node.property.start, node.object, key);
  const { optional } = node;
  const run: Code = (frame) => {
    const value = of.run(frame);
    if (value === SKIP || (optional && (value === null || value === undefined))) return SKIP;
    return member(value, key, site, frame.budget);
  };
  return {
    run: skippable(node.object) || optional ? run : direct(of.run, key, site),
    cost: of.cost + 1,
    origin: of.origin,
  };
};

const direct =
  (of: Code, key: string, site: MemberSite): Code =>
  (frame) =>
    member(of(frame), key, site, frame.budget);

/** Whether a node can give SKIP: only members and calls do, and only inside the same chain. */
const skippable = (node: Expression): boolean => node.type === 'MemberExpression' || node.type === 'CallExpression';

const refuseName = (compiler: Compiler, start: number): Made =>
  compiler.refuse(
    start,
    'expr.forbidden',
    'This name reaches behind the data, which expressions never do',
    'Read the fields of your data only; to read a field of that name, use Object.entries(…).',
  );

const computed = (
  compiler: Compiler,
  node: MemberExpression,
  of: Made,
  property: Expression,
  owner: Expression,
): Made => {
  const key = compiler.visit(property);
  const site = memberSite(compiler, property.start, owner);
  const { optional } = node;
  const run: Code = (frame) => {
    const value = of.run(frame);
    if (value === SKIP || (optional && (value === null || value === undefined))) return SKIP;
    return element(value, key.run(frame), site, frame.budget);
  };
  return { run, cost: of.cost + key.cost + 1, origin: of.origin };
};

export const chain = (compiler: Compiler, node: ChainExpression): Made => {
  const of = compiler.visit(node.expression);
  return {
    ...of,
    run: (frame) => {
      const value = of.run(frame);
      return value === SKIP ? undefined : value;
    },
  };
};

/** The receiver of a method call: as a value, or SKIP when the chain ended before it. */
export const isSkip = (value: unknown): boolean => value === SKIP;
export const skip = (): unknown => SKIP;
export const siteOf = memberSite;

const namespaced = (
  compiler: Compiler,
  node: MemberExpression,
  namespace: string,
  members: readonly MemberExpression[],
): Made => {
  const [first] = members;
  const name = first === undefined ? '' : (literalKey(first) ?? '');
  if (isForbidden(name)) return refuseName(compiler, first?.property.start ?? node.start);
  const found = constantNamed(namespace, name);
  if (found !== undefined && members.length === 1) return constant(found.value);
  const near = closest(
    name,
    namesOf(namespace).map((known) => known.slice(namespace.length + 1)),
  );
  const isFunction = namesOf(namespace).includes(`${namespace}.${name}`);
  return isFunction
    ? compiler.refuse(
        node.start,
        'expr.method',
        `\`${namespace}.${name}\` is a function, and it is not called`,
        `Write ${namespace}.${name}(…).`,
      )
    : compiler.refuse(
        node.start,
        'expr.method',
        `\`${namespace}\` has no \`${name}\``,
        near === undefined ? undefined : `Did you mean ${namespace}.${near}?`,
      );
};

const root = (
  compiler: Compiler,
  base: Identifier,
  name: Root,
  members: readonly MemberExpression[],
  whole: Expression,
): Made => {
  const withId = name === 'steps' || name === 'problems';
  const [first] = members;
  const keys = members.map((node) => literalKey(node) ?? '');
  const badName = members.find((node) => isForbidden(literalKey(node) ?? ''));
  if (badName !== undefined) return refuseName(compiler, badName.property.start);
  const id = keys[0];
  if (withId && (first === undefined || id === undefined)) {
    return compiler.refuse(
      base.start,
      'expr.name',
      `After \`${name}\` comes the id of a step`,
      `Write ${name}.ID, such as ${name}.lookup.`,
    );
  }
  const path = withId ? keys.slice(1) : keys;
  const field = compiler.source.field;
  compiler.references.push(withId && id !== undefined ? { root: name, id, path, field } : { root: name, path, field });
  const rest = withId ? members.slice(1) : members;
  const start = withId && first !== undefined ? first : base;
  const segments = rest.map((node, i): Segment => {
    const owner = { start: base.start, end: (i === 0 ? start : (rest[i - 1] ?? start)).end };
    const key = literalKey(node) ?? '';
    return { key, site: memberSite(compiler, node.property.start, owner, key), optional: node.optional };
  });
  const cost = 1 + members.length;
  return { run: reader(baseCode(name, id ?? '', compiler.site(whole.start)), segments), cost, origin: 'scope' };
};

const baseCode = (name: Root, id: string, site: Site): Code => {
  switch (name) {
    case 'steps':
      return (frame) => frame.scope.step(id);
    case 'problems':
      return (frame) => frame.scope.problem(id);
    case 'now':
      return (frame) => recorded(frame, site);
    case 'input':
    case 'trigger':
    case 'vars':
    case 'item':
    case 'index':
    case 'run':
      return (frame) => frame.scope.get(name);
  }
};

const MAKING_NOW = 30;

const recorded = (frame: Frame, site: Site): unknown => {
  if (frame.now !== undefined) return frame.now;
  frame.budget.charge(MAKING_NOW);
  const value = frame.scope.get('now');
  // A scope that hands out anything but milliseconds is a bug of ours, not of the author.
  if (typeof value !== 'number')
    throw new TypeError(`now must be a number at ${site.source.field}, got ${kindOf(value)}`);
  frame.now = utc(value);
  return frame.now;
};

const reader = (base: Code, segments: readonly Segment[]): Code => {
  const [a, b, c] = segments;
  if (segments.some((segment) => segment.optional) || segments.length > 3) {
    return (frame) => {
      let value = base(frame);
      for (const { key, site, optional } of segments) {
        if (optional && (value === null || value === undefined)) return SKIP;
        value = member(value, key, site, frame.budget);
      }
      return value;
    };
  }
  if (a === undefined) return base;
  if (b === undefined) return (frame) => member(base(frame), a.key, a.site, frame.budget);
  if (c === undefined) {
    return (frame) => member(member(base(frame), a.key, a.site, frame.budget), b.key, b.site, frame.budget);
  }
  return (frame) =>
    member(
      member(member(base(frame), a.key, a.site, frame.budget), b.key, b.site, frame.budget),
      c.key,
      c.site,
      frame.budget,
    );
};

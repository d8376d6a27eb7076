/**
 * Calls: methods of values, functions of namespaces, plain functions. What is called is always
 * written out and always found in the table; a value can never be called.
 */
import type { CallExpression, Expression, MemberExpression, SpreadElement } from 'acorn';
import { arrow, type CallbackMaker } from './arrows.ts';
import type { Code, Compiler, Frame, Made } from './compiler.ts';
import { fail } from './fault.ts';
import { closest, namedStep, unknownName } from './hints.ts';
import { costOf, gather, itemOf, type Item } from './literals.ts';
import { isSkip, skip } from './members.ts';
import { argumentsFor } from './methods/arguments.ts';
import type { Method, Origin, Param, StaticFunction, Use } from './methods/method.ts';
import { counted, signature } from './methods/signature.ts';
import { functionNamed, isNamespace, methodNames, methodsNamed, namesOf } from './methods/table.ts';
import { forbidden, isForbidden } from './read.ts';
import { isRoot } from './scope.ts';
import { kindName, kindOf, type Kind } from './values.ts';

const CALL_COST = 8;

export const call = (compiler: Compiler, node: CallExpression): Made => {
  const { callee } = node;
  if (callee.type === 'Identifier' && compiler.slotOf(callee.name) === undefined)
    return plain(compiler, node, callee.name);
  if (callee.type !== 'MemberExpression') return notCallable(compiler, callee.start);
  if (callee.computed && callee.property.type !== 'Literal') return notCallable(compiler, callee.property.start);
  const name = writtenName(callee);
  if (name === undefined) return notCallable(compiler, callee.property.start);
  if (isForbidden(name)) return notCallable(compiler, callee.property.start);
  const { object } = callee;
  if (object.type === 'Identifier' && compiler.slotOf(object.name) === undefined) {
    if (isNamespace(object.name)) return ofNamespace(compiler, node, object.name, name, callee.property.start);
    if (!isRoot(object.name)) {
      const { code, text, fix } = unknownName(object.name, compiler.localNames());
      return compiler.refuse(object.start, code, text, fix);
    }
  }
  return ofValue(compiler, node, callee, name);
};

const notCallable = (compiler: Compiler, start: number): Made =>
  compiler.refuse(
    start,
    'expr.forbidden',
    'Only methods and functions of the table can be called, by their written name',
    'See the list of methods; for code of your own, call a service with an `http.request` step.',
  );

const writtenName = (callee: MemberExpression): string | undefined => {
  if (!callee.computed) return callee.property.type === 'Identifier' ? callee.property.name : undefined;
  return callee.property.type === 'Literal' && typeof callee.property.value === 'string'
    ? callee.property.value
    : undefined;
};

/** Arguments ready to run: `values` evaluates them, callbacks among them made for this frame. */
type Arguments = { readonly values: (frame: Frame) => unknown[]; readonly cost: number };

const argumentsOf = (
  compiler: Compiler,
  node: CallExpression,
  name: string,
  shapes: readonly (readonly Param[])[],
): Arguments | undefined => {
  const nodes = node.arguments;
  const fits = (params: readonly Param[]): boolean =>
    nodes.some((argument) => argument.type === 'SpreadElement') ||
    ((params.at(-1)?.rest === true || nodes.length <= params.length) &&
      params.filter((param) => !param.optional).length <= nodes.length);
  const first = shapes.find(fits) ?? shapes[0] ?? [];
  if (!shapes.some(fits)) {
    compiler.refuse(
      node.start,
      'expr.arguments',
      `\`${name}\` takes ${counted(first)}, and gets ${nodes.length}`,
      `Write ${name}(${signature(first)}).`,
    );
    return undefined;
  }
  const parts: Item[] = [];
  for (const [i, argument] of nodes.entries()) {
    const param = first[i] ?? first.at(-1);
    const needed = param?.type === 'function' || param?.type === 'text or function';
    const made = callbackOf(compiler, argument, needed, name);
    if (made === 'refused') return undefined;
    if (made !== undefined) parts.push(callbackItem(compiler, argument.start, made));
    else if (param?.type === 'function') {
      compiler.refuse(
        argument.start,
        'expr.arguments',
        `\`${name}\` expects a function here`,
        `Write ${name}(x => x.name), for example.`,
      );
      return undefined;
    } else parts.push(itemOf(compiler, argument));
  }
  return { values: (frame) => gather(parts, frame), cost: costOf(parts) };
};

/** Making the closure that a callback is. */
const CALLBACK_COST = 6;

const callbackItem = (compiler: Compiler, start: number, run: CallbackMaker): Item => ({
  run,
  cost: CALLBACK_COST,
  origin: 'fresh',
  spread: false,
  site: compiler.site(start),
});

const callbackOf = (
  compiler: Compiler,
  node: Expression | SpreadElement,
  needed: boolean,
  method: string,
): CallbackMaker | 'refused' | undefined => {
  if (node.type === 'ParenthesizedExpression') return callbackOf(compiler, node.expression, needed, method);
  if (node.type === 'ArrowFunctionExpression') {
    if (needed) return arrow(compiler, node) ?? 'refused';
    compiler.refuse(node.start, 'expr.arguments', `\`${method}\` does not take a function here`);
    return 'refused';
  }
  if (!needed) return undefined;
  const named = namedFunction(compiler, node);
  return named === undefined ? undefined : asCallback(compiler, node.start, named);
};

/** A function of the table named without a call, such as Boolean or Math.round. */
const namedFunction = (compiler: Compiler, node: Expression | SpreadElement): StaticFunction | undefined => {
  if (node.type === 'Identifier')
    return compiler.slotOf(node.name) === undefined ? functionNamed('', node.name) : undefined;
  if (
    node.type !== 'MemberExpression' ||
    node.object.type !== 'Identifier' ||
    compiler.slotOf(node.object.name) !== undefined
  )
    return undefined;
  const name = writtenName(node);
  return name === undefined ? undefined : functionNamed(node.object.name, name);
};

const asCallback = (compiler: Compiler, start: number, named: StaticFunction): CallbackMaker => {
  const site = compiler.site(start);
  return (frame) => {
    const use: Use = { budget: frame.budget, site };
    return (...values): unknown => {
      frame.budget.charge(CALL_COST);
      return named.run(use, argumentsFor(use, named.name, named, values));
    };
  };
};

const plain = (compiler: Compiler, node: CallExpression, name: string): Made => {
  const found = functionNamed('', name);
  if (found !== undefined) return ofFunction(compiler, node, found, name);
  const [first] = node.arguments;
  const step = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
  const { code, text, fix } =
    name === '$' && step !== undefined ? namedStep(name, step) : unknownName(name, compiler.localNames());
  return compiler.refuse(node.callee.start, code, text, fix);
};

const ofNamespace = (
  compiler: Compiler,
  node: CallExpression,
  namespace: string,
  name: string,
  start: number,
): Made => {
  const found = functionNamed(namespace, name);
  const whole = `${namespace}.${name}`;
  if (found !== undefined) return ofFunction(compiler, node, found, whole);
  const fix = carriedFunctions[whole] ?? didYouMean(closest(whole, namesOf(namespace)));
  return compiler.refuse(start, 'expr.method', `There is no function \`${whole}\` here`, fix);
};

const carriedFunctions: Readonly<Record<string, string>> = {
  'DateTime.now': "Write now: this run's recorded time, the same in every replay.",
  'DateTime.local': "Write now, or now.setZone('Europe/Paris').",
  'DateTime.utc': 'Write now, or DateTime.fromObject({ year: 2026, month: 1, day: 31 }).',
  'Math.random': 'Expressions have no chance in them: a replay must give the same. For a unique text write run.id.',
  'Object.assign': 'Write { ...a, ...b }.',
  'Object.create': 'Write { key: value }.',
};

const didYouMean = (near: string | undefined): string | undefined =>
  near === undefined ? undefined : `Did you mean ${near}?`;

const ofFunction = (compiler: Compiler, node: CallExpression, found: StaticFunction, name: string): Made => {
  const given = argumentsOf(compiler, node, name, [found.params]);
  if (given === undefined) return { run: skip, cost: 1, origin: 'scope' };
  const site = compiler.site(node.start);
  const run: Code = (frame) => {
    const use: Use = { budget: frame.budget, site };
    return found.run(use, argumentsFor(use, name, found, given.values(frame)));
  };
  return { run, cost: given.cost + CALL_COST, origin: originOf([found], 'fresh') };
};

const ofValue = (compiler: Compiler, node: CallExpression, callee: MemberExpression, name: string): Made => {
  const methods = methodsNamed(name);
  if (callee.object.type === 'Super') return notCallable(compiler, callee.start);
  const of = compiler.visit(callee.object);
  if (methods === undefined) {
    const fix = carriedMethods[name] ?? didYouMean(closest(name, methodNames()));
    return compiler.refuse(callee.property.start, 'expr.method', `There is no method \`${name}\``, fix);
  }
  const all = Object.values(methods);
  const given = argumentsOf(compiler, node, name, shapesOf(all));
  if (given === undefined) return { run: skip, cost: 1, origin: 'scope' };
  const site = compiler.site(callee.property.start);
  const shortcut = callee.optional;
  const run: Code = (frame) => {
    const self = of.run(frame);
    if (isSkip(self)) return self;
    const kind = kindOf(self);
    if (kind === 'nothing' && shortcut) return skip();
    const method = kind === 'nothing' || kind === 'foreign' ? undefined : methods[kind];
    const use: Use = { budget: frame.budget, site };
    if (method === undefined) return wrongReceiver(use, name, kind, all, node.optional);
    return method.run(use, self, argumentsFor(use, name, method, given.values(frame)));
  };
  return { run, cost: of.cost + given.cost + CALL_COST, origin: originOf(all, of.origin) };
};

/** The different parameter lists of a name, such as of `concat` on texts and on lists. */
const shapesOf = (methods: readonly Method[]): (readonly Param[])[] => methods.map((method) => method.params);

const single: ReadonlySet<string> = new Set(['text', 'number', 'boolean', 'date', 'duration', 'nothing']);

const originOf = (found: readonly { readonly result: string; readonly keeps?: 'part' }[], of: Origin): Origin => {
  if (found.every((one) => single.has(one.result))) return 'scope';
  return of !== 'fresh' && found.every((one) => one.keeps === 'part' || single.has(one.result)) ? 'part' : 'fresh';
};

const wrongReceiver = (use: Use, name: string, kind: Kind, methods: readonly Method[], optional: boolean): unknown => {
  if (kind === 'foreign') return forbidden(use.site);
  if (kind === 'nothing') {
    return fail(
      use.site,
      'expr.missing',
      `\`${name}\` is called on nothing (null or missing)`,
      `If it may be absent, write ?.${name}(…).`,
    );
  }
  if (optional) return skip();
  const kinds = methods.map((method) => kindName(method.on)).join(' or ');
  return fail(
    use.site,
    'expr.type',
    `\`${name}\` is called on ${kindName(kind)}; it works on ${kinds}`,
    elsewhere(name, kind),
  );
};

const elsewhere = (name: string, kind: Kind): string | undefined => {
  if (kind === 'object' && ['map', 'filter', 'find', 'some', 'every', 'reduce', 'forEach'].includes(name)) {
    return `Write Object.values(…).${name}(…) or Object.entries(…).${name}(…), or name the field that holds the list.`;
  }
  return undefined;
};

const carriedMethods: Readonly<Record<string, string>> = {
  forEach: 'An expression changes nothing; write map to make a new list.',
  push: 'Lists are not changed; write [...list, value].',
  unshift: 'Lists are not changed; write [value, ...list].',
  pop: 'Lists are not changed; write list.slice(0, -1), or list.at(-1) for the last item.',
  shift: 'Lists are not changed; write list.slice(1), or list.at(0) for the first item.',
  splice: 'Lists are not changed; write list.toSpliced(…) or list.slice(…).',
  first: 'Write list.at(0).',
  last: 'Write list.at(-1).',
  isEmpty: 'Write value.length === 0.',
  isNotEmpty: 'Write value.length > 0.',
  toDateTime: 'Write DateTime.fromISO(text).',
  toInt: 'Write parseInt(text, 10).',
  toFloat: 'Write parseFloat(text).',
  toBoolean: 'Write value === "true".',
  toJsonString: 'Write JSON.stringify(value).',
  parseJson: 'Write JSON.parse(text).',
  format: "For a date, write date.toFormat('yyyy-MM-dd').",
  pluck: 'Write list.map(i => i.name).',
  unique: 'Write list.filter((x, i) => list.indexOf(x) === i).',
  removeDuplicates: 'Write list.filter((x, i) => list.indexOf(x) === i).',
  sum: 'Write list.reduce((a, b) => a + b, 0).',
  hasField: "Write Object.hasOwn(object, 'field').",
  keys: 'Write Object.keys(object).',
  values: 'Write Object.values(object).',
  entries: 'Write Object.entries(object).',
  hasOwnProperty: "Write Object.hasOwn(object, 'field').",
  item: 'Write steps.ID; a list is a value, so list.at(0) is its first item.',
  all: 'Write steps.ID; a list is a value here.',
  substr: 'Write text.slice(from, to).',
  getTime: 'Write date.toMillis().',
  getFullYear: 'Write date.year.',
  toISOString: 'Write date.toISO().',
  call: 'Functions are not values here.',
  apply: 'Functions are not values here.',
  bind: 'Functions are not values here.',
  then: 'Nothing is awaited here: steps.ID is the value itself.',
  exec: 'Write text.match(regex).',
  extractEmail: 'Write text.match(/[\\w.+-]+@[\\w-]+\\.[\\w.-]+/)?.[0].',
};

/**
 * Callbacks: arrow functions written as arguments, and functions of the table named as arguments
 * (`.filter(Boolean)`). A callback exists only while the method it is given to runs (invariant C1);
 * it is never a value, so nothing can keep it, return it or look into it.
 */
import type { ArrowFunctionExpression, AssignmentProperty, Expression, Pattern } from 'acorn';
import { NODE_COST, type Code, type Compiler, type Frame } from './compiler.ts';
import { toText } from './convert.ts';
import { fail, type Site } from './fault.ts';
import type { Callback } from './methods/method.ts';
import { isForbidden, member, element, type MemberSite } from './read.ts';
import { siteOf } from './members.ts';
import { put } from './json.ts';
import { isPlain, type Plain } from './values.ts';

export type CallbackMaker = (frame: Frame) => Callback;

/** Puts one argument into its slots. */
type Bind = (frame: Frame, value: unknown) => void;

export const arrow = (compiler: Compiler, node: ArrowFunctionExpression): CallbackMaker | undefined => {
  if (node.async) {
    compiler.refuse(
      node.start,
      'expr.unsupported',
      'Nothing is awaited in an expression',
      'Leave out `async`: steps.ID is the value itself.',
    );
    return undefined;
  }
  const { body } = node;
  if (body.type === 'BlockStatement') {
    compiler.refuse(
      body.start,
      'expr.unsupported',
      'A function here is one expression, without braces',
      'Write x => x.name, and for an object x => ({ name: x.name }); split longer work over several steps.',
    );
    return undefined;
  }
  return compiler.scoped(() => {
    const simple = node.params.every((param) => param.type === 'Identifier');
    const binds = node.params.map((param) => bindOf(compiler, param));
    const firstSlot = compiler.slots - node.params.length;
    const made = compiler.visit(body);
    const cost = 1 + (made.cost + binds.length) * NODE_COST;
    if (simple && node.params.length <= 2) return plainCallback(made.run, cost, node.params.length, firstSlot);
    const restAt = node.params.findIndex((param) => param.type === 'RestElement');
    return (frame) =>
      (...values) => {
        frame.budget.charge(cost);
        for (let i = 0; i < binds.length; i += 1) binds[i]?.(frame, i === restAt ? values.slice(i) : values[i]);
        return made.run(frame);
      };
  });
};

/** One or two plain parameters, which is nearly all callbacks. */
const plainCallback = (body: Code, cost: number, parameters: number, slot: number): CallbackMaker => {
  if (parameters === 0) {
    return (frame) => () => {
      frame.budget.charge(cost);
      return body(frame);
    };
  }
  if (parameters === 1) {
    return (frame) => (a) => {
      frame.budget.charge(cost);
      frame.locals[slot] = a;
      return body(frame);
    };
  }
  return (frame) => (a, b) => {
    frame.budget.charge(cost);
    frame.locals[slot] = a;
    frame.locals[slot + 1] = b;
    return body(frame);
  };
};

const bindOf = (compiler: Compiler, node: Pattern): Bind => {
  switch (node.type) {
    case 'Identifier': {
      const slot = compiler.bind(node.name);
      return (frame, value) => {
        frame.locals[slot] = value;
      };
    }
    case 'AssignmentPattern':
      return withDefault(compiler, node.left, node.right);
    case 'RestElement':
      return bindOf(compiler, node.argument);
    case 'ArrayPattern':
      return bindList(compiler, node.elements, compiler.site(node.start));
    case 'ObjectPattern':
      return bindObject(compiler, node.properties, node);
    case 'MemberExpression':
      compiler.refuse(node.start, 'expr.unsupported', 'A parameter is a name or a pattern of names');
      return () => undefined;
  }
};

const withDefault = (compiler: Compiler, target: Pattern, otherwise: Expression): Bind => {
  const other = compiler.visit(otherwise);
  const bind = bindOf(compiler, target);
  return (frame, value) => {
    if (value !== undefined) return bind(frame, value);
    frame.budget.charge(other.cost * NODE_COST);
    bind(frame, other.run(frame));
  };
};

const bindList = (compiler: Compiler, nodes: readonly (Pattern | null)[], site: Site): Bind => {
  const binds = nodes.map((node) =>
    node === null ? undefined : { bind: bindOf(compiler, node), rest: node.type === 'RestElement' },
  );
  return (frame, value) => {
    if (!Array.isArray(value)) {
      return fail(
        site,
        'expr.type',
        'Only a list can be taken apart with [ ]',
        'If it may be absent, give a default: ([a, b] = []) => …',
      );
    }
    frame.budget.charge(binds.length);
    binds.forEach((part, i) => {
      if (part === undefined) return;
      if (part.rest) frame.budget.charge(value.length);
      part.bind(frame, part.rest ? value.slice(i) : value[i]);
    });
  };
};

type Taken = { readonly key: string | Code; readonly bind: Bind; readonly site: MemberSite };

const bindObject = (
  compiler: Compiler,
  nodes: readonly (AssignmentProperty | Pattern)[],
  whole: { start: number; end: number },
): Bind => {
  const taken: Taken[] = [];
  let rest: Bind | undefined;
  for (const node of nodes) {
    if (node.type === 'RestElement') rest = bindOf(compiler, node.argument);
    else if (node.type === 'Property') taken.push(takenOf(compiler, node, whole));
  }
  const site = compiler.site(whole.start);
  return (frame, value) => {
    if (value === null || value === undefined) {
      return fail(
        site,
        'expr.missing',
        'There is nothing to take apart with { } here',
        'If it may be absent, give a default: ({ a } = {}) => …',
      );
    }
    const used: string[] = [];
    for (const { key, bind, site: at } of taken) {
      frame.budget.charge(1);
      if (typeof key === 'string') {
        used.push(key);
        bind(frame, member(value, key, at, frame.budget));
      } else {
        const name = toText(key(frame), frame.budget, at);
        used.push(name);
        bind(frame, element(value, name, at, frame.budget));
      }
    }
    if (rest !== undefined) rest(frame, without(value, used, frame));
  };
};

const takenOf = (compiler: Compiler, node: AssignmentProperty, whole: { start: number; end: number }): Taken => {
  const site = siteOf(compiler, node.key.start, whole);
  if (node.computed) {
    const key = compiler.visit(node.key);
    return { key: key.run, bind: bindOf(compiler, node.value), site };
  }
  const key =
    node.key.type === 'Identifier' ? node.key.name : node.key.type === 'Literal' ? String(node.key.value) : '';
  if (isForbidden(key)) {
    compiler.refuse(
      node.key.start,
      'expr.forbidden',
      'This name reaches behind the data, which expressions never do',
      'Read the fields of your data only.',
    );
  }
  return { key, bind: bindOf(compiler, node.value), site };
};

const without = (value: unknown, used: readonly string[], frame: Frame): Plain => {
  const made: Plain = {};
  if (typeof value !== 'object' || value === null || !isPlain(value)) return made;
  for (const key of Object.keys(value)) {
    frame.budget.charge(4 + used.length);
    if (!used.includes(key)) put(made, key, value[key]);
  }
  return made;
};

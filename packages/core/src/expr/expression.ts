/**
 * The allow-list of syntax: one case per kind of node that expressions may hold, everything else
 * refused with its position. This is the only place that decides which syntax exists.
 */
import type { Expression } from 'acorn';
import { call } from './calls.ts';
import { Compiler, type Made } from './compiler.ts';
import type { Source } from './fault.ts';
import { list, literal, object } from './literals.ts';
import { chain, identifier, memberExpression } from './members.ts';
import { binary, conditional, logical, templateLiteral, unary } from './operators.ts';

const visit = (compiler: Compiler, node: Expression): Made => {
  switch (node.type) {
    case 'Literal':
      return literal(compiler, node);
    case 'Identifier':
      return identifier(compiler, node);
    case 'MemberExpression':
      return memberExpression(compiler, node);
    case 'ChainExpression':
      return chain(compiler, node);
    case 'CallExpression':
      return call(compiler, node);
    case 'BinaryExpression':
      return binary(compiler, node);
    case 'LogicalExpression':
      return logical(compiler, node);
    case 'UnaryExpression':
      return unary(compiler, node);
    case 'ConditionalExpression':
      return conditional(compiler, node);
    case 'TemplateLiteral':
      return templateLiteral(compiler, node);
    case 'ArrayExpression':
      return list(compiler, node);
    case 'ObjectExpression':
      return object(compiler, node);
    case 'ParenthesizedExpression':
      return compiler.visit(node.expression);
    default:
      return unsupported(compiler, node);
  }
};

type Unsupported = Exclude<
  Expression['type'],
  | 'Literal'
  | 'Identifier'
  | 'MemberExpression'
  | 'ChainExpression'
  | 'CallExpression'
  | 'BinaryExpression'
  | 'LogicalExpression'
  | 'UnaryExpression'
  | 'ConditionalExpression'
  | 'TemplateLiteral'
  | 'ArrayExpression'
  | 'ObjectExpression'
  | 'ParenthesizedExpression'
>;

const reasons: Record<Unsupported, readonly [text: string, fix: string]> = {
  ThisExpression: ['There is no `this`', 'Name what you mean: input, steps.ID, item.'],
  FunctionExpression: ['`function` is not supported', 'Write an arrow function as an argument: list.map(i => i.name).'],
  ArrowFunctionExpression: [
    'A function can only be written as an argument of a method',
    'Write it inside the call: list.map(i => i.name).',
  ],
  ClassExpression: ['Classes are not supported', 'For code of your own, call a service with an `http.request` step.'],
  AssignmentExpression: [
    'Nothing is assigned in an expression',
    'To compare, write ===. To name a value, use a `set` step.',
  ],
  UpdateExpression: ['Nothing is changed in an expression', 'Write value + 1.'],
  NewExpression: ['`new` is not supported', 'For a date write now or DateTime.fromISO(text); for a regex write /a+/.'],
  SequenceExpression: ['Only one expression can stand here', 'For a list, write [a, b].'],
  YieldExpression: ['`yield` is not supported', 'For code of your own, call a service with an `http.request` step.'],
  AwaitExpression: ['Nothing is awaited in an expression', 'Leave out `await`: steps.ID is the value itself.'],
  TaggedTemplateExpression: ['Tagged templates are not supported', 'Write the call with parentheses.'],
  MetaProperty: [
    '`new.target` and `import.meta` are not supported',
    'For code of your own, call a service with an `http.request` step.',
  ],
  ImportExpression: ['`import` is not supported', 'For code of your own, call a service with an `http.request` step.'],
};

/** Reaching for code is forbidden, not merely unsupported; the code of the Problem says so. */
const reaching: ReadonlySet<string> = new Set(['ImportExpression', 'MetaProperty']);

const unsupported = (compiler: Compiler, node: Extract<Expression, { type: Unsupported }>): Made => {
  const [text, fix] = reasons[node.type];
  return compiler.refuse(node.start, reaching.has(node.type) ? 'expr.forbidden' : 'expr.unsupported', text, fix);
};

/** Compiles an expression parsed from `base` on; Problems and references are left in the compiler it returns. */
export const compileExpression = (
  source: Source,
  base: number,
  node: Expression,
): { made: Made; compiler: Compiler } => {
  const compiler = new Compiler(source, base, visit);
  return { made: compiler.visit(node), compiler };
};

/**
 * Operators: arithmetic, comparison, logic, `typeof`, `void`, the conditional and template literals.
 * They mean what they mean in JavaScript (see convert.ts); `in`, `instanceof` and `delete` are refused.
 */
import type {
  BinaryExpression,
  ConditionalExpression,
  Expression,
  LogicalExpression,
  TemplateLiteral,
  UnaryExpression,
} from 'acorn';
import type { Budget } from './budget.ts';
import type { Code, Compiler, Made } from './compiler.ts';
import { add, looselySame, ordered, same, toNumber, toText } from './convert.ts';
import type { Site } from './fault.ts';
import type { Origin } from './methods/method.ts';
import { kindOf } from './values.ts';

const worse = (a: Origin, b: Origin): Origin => (a === 'fresh' || b === 'fresh' ? 'fresh' : a === 'part' ? a : b);

export const unary = (compiler: Compiler, node: UnaryExpression): Made => {
  const { operator } = node;
  if (operator === 'delete') {
    return compiler.refuse(
      node.start,
      'expr.unsupported',
      '`delete` changes data, and expressions only read',
      'Build an object without the field: Object.fromEntries(Object.entries(…).filter(…)).',
    );
  }
  const of = compiler.visit(node.argument);
  const site = compiler.site(node.start);
  const cost = of.cost + 1;
  const make = (run: Code): Made => ({ run, cost, origin: 'scope' });
  switch (operator) {
    case '!':
      return make((frame) => !of.run(frame));
    case '-':
      return make((frame) => -toNumber(of.run(frame), frame.budget, site));
    case '+':
      return make((frame) => toNumber(of.run(frame), frame.budget, site));
    case '~':
      return make((frame) => ~toNumber(of.run(frame), frame.budget, site));
    case 'void':
      return make((frame) => {
        of.run(frame);
        return undefined;
      });
    case 'typeof':
      return make((frame) => typeName(of.run(frame)));
  }
};

const typeName = (value: unknown): string => {
  const kind = kindOf(value);
  return kind === 'foreign' ? 'object' : typeof value;
};

type Numeric = '-' | '*' | '/' | '%' | '**' | '|' | '&' | '^' | '<<' | '>>' | '>>>';

const calculate = (operator: Numeric, a: number, b: number): number => {
  switch (operator) {
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '**':
      return a ** b;
    case '|':
      return a | b;
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '>>>':
      return a >>> b;
  }
};

export const binary = (compiler: Compiler, node: BinaryExpression): Made => {
  const { operator } = node;
  if (operator === 'in') {
    return compiler.refuse(
      node.start,
      'expr.unsupported',
      '`in` is not supported',
      "Write Object.hasOwn(object, 'key') or list.includes(value).",
    );
  }
  if (operator === 'instanceof') {
    return compiler.refuse(
      node.start,
      'expr.unsupported',
      '`instanceof` is not supported',
      "Write Array.isArray(value) or typeof value === 'string'.",
    );
  }
  if (node.left.type === 'PrivateIdentifier') {
    return compiler.refuse(node.start, 'expr.unsupported', 'Private names are not supported');
  }
  const left = compiler.visit(node.left);
  const right = compiler.visit(node.right);
  const run = operation(operator, left.run, right.run, compiler.site(node.start));
  return { run, cost: left.cost + right.cost + 1, origin: 'scope' };
};

const operation = (
  operator: Exclude<BinaryExpression['operator'], 'in' | 'instanceof'>,
  left: Code,
  right: Code,
  site: Site,
): Code => {
  switch (operator) {
    case '+':
      return (frame) => add(left(frame), right(frame), frame.budget, site);
    case '===':
      return (frame) => same(left(frame), right(frame), frame.budget);
    case '!==':
      return (frame) => !same(left(frame), right(frame), frame.budget);
    case '==':
      return (frame) => looselySame(left(frame), right(frame), frame.budget, site);
    case '!=':
      return (frame) => !looselySame(left(frame), right(frame), frame.budget, site);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return ordered(operator, a, b, frame.budget, site);
      };
    default:
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        if (typeof a === 'number' && typeof b === 'number') return calculate(operator, a, b);
        return calculate(operator, ...numbers(a, b, frame.budget, site));
      };
  }
};

const numbers = (a: unknown, b: unknown, budget: Budget, site: Site): [number, number] => [
  toNumber(a, budget, site),
  toNumber(b, budget, site),
];

export const logical = (compiler: Compiler, node: LogicalExpression): Made => {
  const left = compiler.visit(node.left);
  const right = compiler.visit(node.right);
  const made = { cost: left.cost + right.cost + 1, origin: worse(left.origin, right.origin) };
  switch (node.operator) {
    case '&&':
      return { ...made, run: (frame) => left.run(frame) && right.run(frame) };
    case '||':
      return { ...made, run: (frame) => left.run(frame) || right.run(frame) };
    case '??':
      return { ...made, run: (frame) => left.run(frame) ?? right.run(frame) };
  }
};

export const conditional = (compiler: Compiler, node: ConditionalExpression): Made => {
  const test = compiler.visit(node.test);
  const yes = compiler.visit(node.consequent);
  const no = compiler.visit(node.alternate);
  return {
    run: (frame) => (test.run(frame) ? yes.run(frame) : no.run(frame)),
    cost: test.cost + yes.cost + no.cost + 1,
    origin: worse(yes.origin, no.origin),
  };
};

export const templateLiteral = (compiler: Compiler, node: TemplateLiteral): Made => {
  const texts = node.quasis.map((quasi) => quasi.value.cooked ?? '');
  const inner = node.expressions.map((expression: Expression) => ({
    ...compiler.visit(expression),
    site: compiler.site(expression.start),
  }));
  const run: Code = (frame) => {
    let total = texts[0] ?? '';
    for (let i = 0; i < inner.length; i += 1) {
      const part = inner[i];
      if (part === undefined) continue;
      const text = toText(part.run(frame), frame.budget, part.site);
      frame.budget.copy(total.length + text.length);
      total += text + (texts[i + 1] ?? '');
    }
    return total;
  };
  return { run, cost: inner.reduce((sum, part) => sum + part.cost, 1 + texts.join('').length / 64), origin: 'scope' };
};

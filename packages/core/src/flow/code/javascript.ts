/**
 * What the JavaScript of a code step says of itself, read from its syntax: which steps and secrets it names, and what
 * cannot work.
 *
 * It looks for what it knows and follows names, not values: `can` is the second parameter of the default function, a
 * constant that is set to it, or a parameter of a function of the module that is called with it. A name that an inner
 * scope declares anew counts as the same.
 *
 * CR1 Every step the code asks for is named: a use of `can.steps` that does not say which step is a Problem. What is not
 *     named is not lent, so a way around this (`can['st' + 'eps']`) finds no more than the named ones.
 * CR2 The same for secrets: `can.secret` is called with the name of one, and is not handed on.
 */

import type { AnyNode, Pattern, Program } from 'acorn';
import { type Problem, problem } from '../../problem.ts';
import { parseModule, type Spot, spotOf, walk } from './syntax.ts';

/** A step or secret named in code, at the place where it is. */
export type CodeName = { readonly id: string; readonly at: Spot };

/**
 * `names`: of steps; `secrets`: of secrets it asks to see. Each comes once, where it comes first. `problems` carry line and
 * column.
 */
export type CodeRead = {
  readonly names: readonly CodeName[];
  readonly secrets: readonly CodeName[];
  readonly problems: readonly Problem[];
};

/** Of code that cannot be read, or says nothing. */
export const nothingRead = (...problems: readonly Problem[]): CodeRead => ({ names: [], secrets: [], problems });

const FIX_STEPS = 'Name the step: can.steps.NAME or const { NAME } = can.steps.';

/** A use of `can.secret` that does not say which; the same in every language. */
export const unclearSecret = (at: Spot): Problem =>
  problem('code.secret', 'Which secret is asked for here cannot be told from the code', {
    at,
    fix: 'Write its name where it is asked for: await can.secret("NAME").',
  });

/** Reads a module in JavaScript: `code.syntax`, `code.shape`, `code.dynamic`, `code.steps`, `code.secret`. */
export const readJavaScript = (text: string): CodeRead => {
  const parsed = parseModule(text);
  if (!parsed.ok) return nothingRead(parsed.problem);
  const reader = new Reader(parsed.value);
  reader.read();
  const { names, secrets, problems } = reader;
  return { names: [...names.values()], secrets: [...secrets.values()], problems };
};

class Reader {
  readonly names = new Map<string, CodeName>();
  readonly secrets = new Map<string, CodeName>();
  readonly problems: Problem[] = [];
  private readonly program: Program;
  /** Functions of the module by name, so that what they are called with can be followed. */
  private readonly functions = new Map<string, readonly Pattern[]>();
  private readonly can = new Set<string>();
  private readonly steps = new Set<string>();
  /** Names that stand for `can.secret`. */
  private readonly showing = new Set<string>();
  private readonly settled = new Set<AnyNode>();

  constructor(program: Program) {
    this.program = program;
  }

  read(): void {
    for (const statement of this.program.body) this.enter(statement);
    const main = this.main();
    if (main === undefined) {
      this.tell('code.shape', 'The code exports no default function', { line: 1, column: 1 }, FIX_DEFAULT);
      return;
    }
    this.bindCan(main?.[1]);
    // Until no further name turns out to stand for `can`: each round takes in at least one, and there are few.
    for (let known = -1; known < this.can.size; ) {
      known = this.can.size;
      walk(this.program, (node) => this.follow(node));
    }
    walk(this.program, (node) => this.look(node));
  }

  private tell(code: string, text: string, at: Spot, fix: string): void {
    this.problems.push(problem(code, text, { at, fix }));
  }

  private enter(statement: AnyNode): void {
    const of = statement.type.startsWith('Export') && 'declaration' in statement ? statement.declaration : statement;
    if (of?.type === 'FunctionDeclaration' && of.id) this.functions.set(of.id.name, of.params);
    if (of?.type !== 'VariableDeclaration') return;
    for (const { id, init } of of.declarations) {
      const params = init ? paramsOf(init) : undefined;
      if (id.type === 'Identifier' && params !== undefined) this.functions.set(id.name, params);
    }
  }

  /** The parameters of the default export; null when it is something that only running tells; undefined when there is none. */
  private main(): readonly Pattern[] | null | undefined {
    for (const statement of this.program.body) {
      if (statement.type === 'ExportDefaultDeclaration') return this.paramsNamed(statement.declaration);
      if (statement.type !== 'ExportNamedDeclaration') continue;
      for (const { exported, local } of statement.specifiers)
        if (exported.type === 'Identifier' && exported.name === 'default') return this.paramsNamed(local);
    }
    return undefined;
  }

  private paramsNamed(node: AnyNode): readonly Pattern[] | null {
    if (node.type === 'Identifier') return this.functions.get(node.name) ?? null;
    return paramsOf(node) ?? null;
  }

  /** A pattern that stands for `can`: a name, or one taken apart. */
  private bindCan(pattern: Pattern | undefined): void {
    if (pattern === undefined) return;
    if (pattern.type === 'AssignmentPattern') this.bindCan(pattern.left);
    if (pattern.type === 'Identifier') this.can.add(pattern.name);
    if (pattern.type !== 'ObjectPattern') return;
    for (const property of pattern.properties) {
      if (property.type === 'RestElement') {
        if (property.argument.type === 'Identifier') this.can.add(property.argument.name);
        continue;
      }
      const key = keyOf(property.key, property.computed);
      if (key === 'steps') this.bindSteps(property.value);
      const local = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
      if (key === 'secret' && local.type === 'Identifier') this.showing.add(local.name);
    }
  }

  /** A pattern that stands for `can.steps`: taken apart it names steps. */
  private bindSteps(pattern: Pattern): void {
    if (pattern.type === 'AssignmentPattern') this.bindSteps(pattern.left);
    if (pattern.type === 'Identifier') this.steps.add(pattern.name);
    if (pattern.type !== 'ObjectPattern') return;
    for (const property of pattern.properties) {
      const key = property.type === 'Property' ? keyOf(property.key, property.computed) : undefined;
      if (key === undefined) this.unclear(property);
      else this.name(key, property);
    }
  }

  private name(id: string, node: AnyNode): void {
    if (!this.names.has(id)) this.names.set(id, { id, at: spotOf(node) });
  }

  private unclear(node: AnyNode): void {
    if (this.settled.has(node)) return;
    this.settled.add(node);
    this.tell('code.steps', 'Which step is read here cannot be told from the code', spotOf(node), FIX_STEPS);
  }

  private isCan(node: AnyNode | null | undefined): boolean {
    return node?.type === 'Identifier' && this.can.has(node.name);
  }

  private isSteps(node: AnyNode): boolean {
    const of = node.type === 'ChainExpression' ? node.expression : node;
    if (of.type === 'Identifier') return this.steps.has(of.name);
    return of.type === 'MemberExpression' && this.isCan(of.object) && keyOf(of.property, of.computed) === 'steps';
  }

  private isSecret(node: AnyNode): boolean {
    if (node.type === 'Identifier') return this.showing.has(node.name);
    return (
      node.type === 'MemberExpression' && this.isCan(node.object) && keyOf(node.property, node.computed) === 'secret'
    );
  }

  /** A call of `can.secret` says which one; any other use of it does not. */
  private lookForSecrets(node: AnyNode): void {
    if (node.type === 'CallExpression' && this.isSecret(node.callee)) {
      this.settled.add(node.callee);
      const [first, ...more] = node.arguments;
      const name = first === undefined || more.length > 0 ? undefined : keyOf(first, true);
      if (first === undefined || name === undefined) this.problems.push(unclearSecret(spotOf(node)));
      else if (!this.secrets.has(name)) this.secrets.set(name, { id: name, at: spotOf(first) });
      return;
    }
    const from = node.type === 'VariableDeclarator' ? node.init : node.type === 'AssignmentExpression' && node.right;
    for (const value of [...handedOn(node), ...(from ? [from] : [])]) {
      if (!this.isSecret(value) || this.settled.has(value)) continue;
      this.settled.add(value);
      this.problems.push(unclearSecret(spotOf(value)));
    }
    if (node.type !== 'MemberExpression' || !this.isSecret(node) || this.settled.has(node)) return;
    this.settled.add(node);
    this.problems.push(unclearSecret(spotOf(node)));
  }

  /** Takes in names that stand for `can`. */
  private follow(node: AnyNode): void {
    if (node.type === 'VariableDeclarator' && node.init && this.isCan(node.init)) this.bindCan(node.id);
    if (node.type === 'AssignmentExpression' && this.isCan(node.right) && node.left.type !== 'MemberExpression')
      this.bindCan(node.left);
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return;
    const params = this.functions.get(node.callee.name);
    for (const [i, given] of node.arguments.entries()) if (this.isCan(given)) this.bindCan(params?.[i]);
  }

  private look(node: AnyNode): void {
    this.lookForSecrets(node);
    switch (node.type) {
      case 'ImportExpression':
        this.tell(
          'code.dynamic',
          'Code cannot load other code while it runs',
          spotOf(node),
          "Import at the top: import { name } from 'package'.",
        );
        return;
      case 'MemberExpression': {
        const key = keyOf(node.property, node.computed);
        if (this.isSteps(node.object)) {
          this.settle(node.object);
          if (key === undefined) this.unclear(node);
          else this.name(key, node.property);
        } else if (this.isSteps(node)) {
          if (!this.settled.has(node)) this.unclear(node);
        }
        return;
      }
      case 'VariableDeclarator':
      case 'AssignmentExpression': {
        const [to, from] = node.type === 'VariableDeclarator' ? [node.id, node.init] : [node.left, node.right];
        if (!from || !this.isSteps(from)) return;
        this.settle(from);
        if (to.type === 'ObjectPattern') this.bindSteps(to);
        else this.unclear(node);
        return;
      }
      default:
        for (const value of handedOn(node)) {
          if (!this.isSteps(value)) continue;
          this.settle(value);
          this.unclear(node);
        }
    }
  }

  /** This use of `can.steps` says which step. */
  private settle(node: AnyNode): void {
    this.settled.add(node);
    if (node.type === 'ChainExpression') this.settled.add(node.expression);
  }
}

/** The values that a node passes on whole. */
const handedOn = (node: AnyNode): readonly AnyNode[] => {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression':
      return node.arguments;
    case 'SpreadElement':
    case 'ReturnStatement':
      return node.argument ? [node.argument] : [];
    case 'ArrayExpression':
      return node.elements.filter((one) => one !== null);
    case 'ObjectExpression':
      return node.properties.flatMap((one) => (one.type === 'Property' ? [one.value] : []));
    case 'ForInStatement':
    case 'ForOfStatement':
      return [node.right];
    case 'ArrowFunctionExpression':
      return node.expression ? [node.body] : [];
    case 'ConditionalExpression':
      return [node.consequent, node.alternate];
    case 'LogicalExpression':
      return [node.left, node.right];
    default:
      return [];
  }
};

const FIX_DEFAULT = 'Write: export default (input, can) => …';

const paramsOf = (node: AnyNode): readonly Pattern[] | undefined =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
    ? node.params
    : undefined;

/** The text of a key that stands in the code as such. */
const keyOf = (key: AnyNode, computed: boolean): string | undefined => {
  if (!computed && key.type === 'Identifier') return key.name;
  if (key.type === 'Literal' && typeof key.value === 'string') return key.value;
  if (key.type === 'TemplateLiteral' && key.expressions.length === 0) return key.quasis[0]?.value.cooked ?? undefined;
  return undefined;
};

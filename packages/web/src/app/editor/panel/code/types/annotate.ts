/**
 * Says what the parameters of a step's function are, where the author has not: `(input, can) =>` becomes
 * `(input: Input, can: Can) =>` in the text that TypeScript reads, and in JavaScript the same as comments. The author's own
 * text stays as it is; places go there and back.
 *
 * AN1 Nothing is taken away or moved: what TypeScript reads without what was put in is the author's text.
 */

import ts from 'typescript';
import type { Language } from './language.ts';

type Insertion = { readonly at: number; readonly text: string };

export type Annotated = {
  readonly text: string;
  /** From an offset in the author's text to the same place in `text`. */
  readonly into: (at: number) => number;
  /** Back; a place inside of what was put in is where it was put. */
  readonly back: (at: number) => number;
};

const TYPES = ['Input', 'Can'] as const;

export const annotated = (source: string, language: Language): Annotated => {
  const insertions = insertionsIn(source, language).toSorted((a, b) => a.at - b.at);
  let text = '';
  let last = 0;
  for (const one of insertions) {
    text += source.slice(last, one.at) + one.text;
    last = one.at;
  }
  return {
    text: text + source.slice(last),
    // What stands right at an insertion is before it: a caret after `input` goes on naming the parameter.
    into: (at) => at + insertions.reduce((sum, one) => (one.at < at ? sum + one.text.length : sum), 0),
    back: (at) => {
      let put = 0;
      for (const one of insertions) {
        if (at <= one.at + put) break;
        if (at <= one.at + put + one.text.length) return one.at;
        put += one.text.length;
      }
      return at - put;
    },
  };
};

const insertionsIn = (source: string, language: Language): readonly Insertion[] => {
  const kind = language === 'ts' ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const file = ts.createSourceFile(`step.${language}`, source, ts.ScriptTarget.ES2023, true, kind);
  const main = mainOf(file);
  if (main === undefined) return [];
  return TYPES.flatMap((type, i) => {
    const parameter = main.parameters[i];
    if (parameter === undefined || !isBare(parameter)) return [];
    if (language === 'js') return [{ at: parameter.getStart(file), text: `/** @type {${type}} */ ` }];
    const end = parameter.name.getEnd();
    if (parameter.dotDotDotToken !== undefined) return [];
    if (!isAlone(main, file)) return [{ at: end, text: `: ${type}` }];
    return [
      { at: parameter.getStart(file), text: '(' },
      { at: end, text: `: ${type})` },
    ];
  });
};

type Main = ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression;

/** The function that the module exports by default, written there or by its name. */
const mainOf = (file: ts.SourceFile): Main | undefined => {
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) && isDefault(statement)) return statement;
    if (!ts.isExportAssignment(statement) || statement.isExportEquals === true) continue;
    const expression = bare(statement.expression);
    if (isFunction(expression)) return expression;
    if (ts.isIdentifier(expression)) return namedIn(file, expression.text);
  }
  return undefined;
};

const bare = (expression: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(expression) ? bare(expression.expression) : expression;

const isFunction = (node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression =>
  ts.isArrowFunction(node) || ts.isFunctionExpression(node);

const isDefault = (node: ts.FunctionDeclaration): boolean =>
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true;

const namedIn = (file: ts.SourceFile, name: string): Main | undefined => {
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name?.text === name) return statement;
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name: of, initializer, type } of statement.declarationList.declarations)
      if (ts.isIdentifier(of) && of.text === name && type === undefined && initializer !== undefined) {
        const made = bare(initializer);
        if (isFunction(made)) return made;
      }
  }
  return undefined;
};

/** Has the author said nothing of what it is? */
const isBare = (parameter: ts.ParameterDeclaration): boolean =>
  parameter.type === undefined && ts.getJSDocType(parameter) === undefined;

/** `input => …`: a parameter without the parentheses that a type needs. */
const isAlone = (main: Main, file: ts.SourceFile): boolean =>
  ts.isArrowFunction(main) && !main.getChildren(file).some(({ kind }) => kind === ts.SyntaxKind.OpenParenToken);

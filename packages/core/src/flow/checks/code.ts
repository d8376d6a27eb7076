/**
 * Judges the code of `code@1` steps: its syntax, whether the steps it names have come before, and
 * whether the secrets it asks to see can be read from its text.
 *
 * Core reads JavaScript and the tokens of Python. What TypeScript says is known once it is compiled: whoever can compile
 * hands in what came out (`CheckContext.code`), which then stands for the reading here.
 */

import { at } from '../../problem.ts';
import { type CodeRead, readJavaScript, unclearSecret } from '../code/javascript.ts';
import { readPython } from '../code/python.ts';
import { secretsShown } from '../code/secrets.ts';
import type { Node } from '../graph.ts';
import { fieldPath } from '../path.ts';
import type { Step } from '../model.ts';
import { checkReference, type Known } from './references.ts';

/** The code of a step, when it is one whose source is written into the flow. */
export const codeOf = (step: Step): { readonly source: string; readonly language: string } | undefined => {
  const source = step.kind === 'code@1' ? step.with?.['source'] : undefined;
  if (typeof source !== 'string') return undefined;
  const language = step.with?.['language'] ?? 'js';
  return { source, language: typeof language === 'string' ? language : '' };
};

/** What core itself can read; undefined where it takes a compiler. */
export const readCode = (source: string, language: string): CodeRead | undefined => {
  switch (language) {
    case 'js':
      return readJavaScript(source);
    case 'python':
      return readPython(source);
    default:
      return undefined;
  }
};

export const checkCode = (node: Node, known: Known): void => {
  const code = codeOf(node.step);
  if (code === undefined) return;
  const read = known.context.code?.get(node.id) ?? readCode(code.source, code.language);
  if (read === undefined) return;
  const field = fieldPath(['with', 'source']);
  known.findings.all(read.problems.map((one) => at({ step: node.id, field }, one)));
  // What it asks for is lent by the text (code/secrets.ts): a name that stands there in another way is never lent.
  const shown = new Set(secretsShown(code.source));
  for (const { id, at: spot } of read.secrets)
    if (!shown.has(id)) known.findings.all([at({ step: node.id, field }, unclearSecret(spot))]);
  for (const { id, at: spot } of read.names)
    checkReference(
      known,
      { root: 'steps', id, path: [], field },
      { kind: 'step', node, items: node.step.each !== undefined },
      { step: node.id, field, ...spot },
    );
};

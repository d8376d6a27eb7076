/**
 * Regex literals, run by a linear-time engine (re2js): no pattern can backtrack (attack row DOS-06).
 * What such engines cannot do — look-around and back-references — is refused with its position.
 *
 * Differences from JavaScript: characters are code points, with or without the flag u; ^ and $ with
 * the flag m know only \n as a line end.
 */
import { RE2JS } from 're2js';
import { problem } from '../problem.ts';
import type { Compiler, Made } from './compiler.ts';
import { ExprProblem } from './fault.ts';
import { emit, sizeOf } from './regex/emit.ts';
import { plainOf } from './regex/plain.ts';
import { isSteady } from './regex/steady.ts';
import { read, Refused } from './regex/syntax.ts';
import { Pattern } from './values.ts';

export const LONGEST_REGEX = 1000;

const engineOf = (source: string, flags: number): RE2JS => {
  try {
    return RE2JS.compile(source, flags);
  } catch {
    // The tree allows only what the engine knows; should they ever disagree, the author gets a Problem and not a crash.
    throw new ExprProblem(problem('expr.regex', 'This regex cannot be run', { fix: 'Write it differently.' }));
  }
};

const build = (source: string, flags: string): Pattern => {
  if (source.length > LONGEST_REGEX)
    throw new Refused(`A regex may be ${LONGEST_REGEX} characters long, and this one has more`);
  const unknown = [...flags].find((flag) => !'gimsu'.includes(flag));
  if (unknown !== undefined) throw new Refused(`The regex flag \`${unknown}\` is not supported; g, i, m, s and u are`);
  const ignoreCase = flags.includes('i');
  const tree = read(source, { unicode: flags.includes('u'), dotAll: flags.includes('s'), ignoreCase });
  sizeOf(tree);
  const set = (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('m') ? RE2JS.MULTILINE : 0);
  // Building the automaton is by far the dearest part, so a flow that is only checked or saved does not pay for it.
  return new Pattern({ source, flags, steady: isSteady(tree, ignoreCase), plain: plainOf(tree, ignoreCase) }, () =>
    engineOf(emit(tree, ignoreCase), set),
  );
};

export const compileRegex = (compiler: Compiler, start: number, source: string, flags: string): Made => {
  try {
    const pattern = build(source, flags);
    return { run: () => pattern, cost: 1, origin: 'fresh' };
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    return compiler.refuse(
      start,
      'expr.regex',
      thrown.message,
      'Write it without look-ahead, look-behind and back-references.',
    );
  }
};

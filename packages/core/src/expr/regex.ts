/**
 * Regex literals, run by a linear-time engine (re2js): no pattern can backtrack (attack row DOS-06).
 * What such engines cannot do — look-around and back-references — is refused with its position.
 *
 * Differences from JavaScript: characters are code points, with or without the flag u; ^ and $ with
 * the flag m know only \n as a line end.
 */
import { RE2JS } from 're2js';
import type { Compiler, Made } from './compiler.ts';
import { emit, sizeOf } from './regex/emit.ts';
import { isSteady } from './regex/steady.ts';
import { read, Refused } from './regex/syntax.ts';
import { Pattern } from './values.ts';

export const LONGEST_REGEX = 2000;

const build = (source: string, flags: string): Pattern => {
  if (source.length > LONGEST_REGEX) throw new Refused(`A regex may be ${LONGEST_REGEX} characters long, and this one has more`);
  const unknown = [...flags].find((flag) => !'gimsu'.includes(flag));
  if (unknown !== undefined) throw new Refused(`The regex flag \`${unknown}\` is not supported; g, i, m, s and u are`);
  const tree = read(source, { unicode: flags.includes('u'), dotAll: flags.includes('s') });
  sizeOf(tree);
  const ignoreCase = flags.includes('i');
  const set = (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('m') ? RE2JS.MULTILINE : 0);
  return new Pattern(RE2JS.compile(emit(tree), set), { source, flags, steady: isSteady(tree, ignoreCase) });
};

export const compileRegex = (compiler: Compiler, start: number, source: string, flags: string): Made => {
  try {
    const pattern = build(source, flags);
    return { run: () => pattern, cost: 1, origin: 'fresh' };
  } catch (thrown) {
    // The engine refuses what it does not know, such as a Unicode property of another name, by throwing its own error.
    const text = thrown instanceof Refused ? thrown.message : 'This regex cannot be run';
    return compiler.refuse(start, 'expr.regex', text, 'Write it without look-ahead, look-behind and back-references, or use a `code` step.');
  }
};

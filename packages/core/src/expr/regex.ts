/**
 * Regex literals, run by a linear-time engine (re2js): no pattern can backtrack (attack row DOS-06).
 * What such engines cannot do — look-around and back-references — is refused with its position.
 */
import { RE2JS } from 're2js';
import type { Compiler, Made } from './compiler.ts';
import { Pattern } from './values.ts';

export const compileRegex = (compiler: Compiler, start: number, source: string, flags: string): Made => {
  const unknown = [...flags].find((flag) => !'gimsu'.includes(flag));
  if (unknown !== undefined) {
    return compiler.refuse(start, 'expr.regex', `The regex flag \`${unknown}\` is not supported`, 'Supported flags are g, i, m, s and u.');
  }
  const set =
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes('m') ? RE2JS.MULTILINE : 0) |
    (flags.includes('s') ? RE2JS.DOTALL : 0);
  try {
    const pattern = new Pattern(RE2JS.compile(RE2JS.translateRegExp(source), set), source, flags);
    return { run: () => pattern, cost: 1, origin: 'scope' };
  } catch {
    return compiler.refuse(
      start,
      'expr.regex',
      'This regex cannot be run in linear time',
      'Write it without look-ahead, look-behind and back-references, and without counts above 1000.',
    );
  }
};

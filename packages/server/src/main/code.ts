/** What compiling tells of the code in a flow, for its check: core reads JavaScript by itself, TypeScript it cannot. */

import { codeOf, type CodeRead, everyStep, type Flow, readCode } from '@headgate/core';
import type { Compiler } from '../sandbox/compile.ts';
import type { PythonSyntax } from '../sandbox/python-syntax.ts';

/**
 * Reads the code of every step, by step. It runs none of it. Without `python`, whether Python is right Python is left to
 * the run.
 */
export const readCodeOf = async (
  flow: Flow,
  compiler: Compiler,
  python: PythonSyntax | null = null,
): Promise<ReadonlyMap<string, CodeRead>> => {
  const found = new Map<string, CodeRead>();
  for (const step of everyStep(flow)) {
    const code = codeOf(step);
    if (code === undefined) continue;
    const { source, language } = code;
    if (language === 'python') {
      const read = readCode(source, language) ?? { names: [], secrets: [], problems: [] };
      const syntax = python === null ? [] : await python(source);
      found.set(step.id, syntax.length > 0 ? { ...read, problems: syntax } : read);
    }
    if (language !== 'js' && language !== 'ts') continue;
    const { names, secrets, problems } = await compiler.inspect(source, language);
    found.set(step.id, { names, secrets, problems });
    // The flow is refused as it is: nobody has to wait for as long again.
    if (problems.some((one) => one.code === 'code.too_slow')) break;
  }
  return found;
};

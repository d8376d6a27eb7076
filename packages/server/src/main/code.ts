/** What compiling tells of the code in a flow, for its check: core reads JavaScript by itself, TypeScript it cannot. */

import { codeOf, type CodeRead, everyStep, type Flow } from '@headgate/core';
import type { Compiler } from '../sandbox/compile.ts';

/** Reads the code of every step that is JavaScript or TypeScript, by step. It runs none of it. */
export const readCodeOf = async (flow: Flow, compiler: Compiler): Promise<ReadonlyMap<string, CodeRead>> => {
  const found = new Map<string, CodeRead>();
  for (const step of everyStep(flow)) {
    const code = codeOf(step);
    if (code === undefined || (code.language !== 'js' && code.language !== 'ts')) continue;
    const { names, problems } = await compiler.inspect(code.source, code.language);
    found.set(step.id, { names, problems });
    // The flow is refused as it is: nobody has to wait for as long again.
    if (problems.some((one) => one.code === 'code.too_slow')) break;
  }
  return found;
};

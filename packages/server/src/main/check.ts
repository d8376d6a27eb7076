/** `headgate check`: all that is wrong with flow files. It loads no engine and no store, and nothing runs. */

import type { Inspected } from '@headgate/core';
import { loadCatalog } from '../engine/loader.ts';
import { openCompiler } from '../sandbox/compile.ts';
import { inspectFile } from './files.ts';
import { catalogFor } from './services-beside.ts';
import { DONE, describe, FAILED, note, paint, pretty, print } from './say.ts';
import { builtInServices } from './shipped.ts';
import { builtInSteps } from './steps.ts';

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Checks files and prints every problem with its place. Answers the exit code. */
export const checkFiles = async (paths: readonly string[], json: boolean): Promise<number> => {
  const catalog = await loadCatalog(builtInSteps(), builtInServices());
  const compiler = openCompiler();
  const found: (Inspected & { readonly path: string })[] = [];
  try {
    for (const path of paths) {
      const beside = catalogFor(path, catalog);
      const inspected = await inspectFile(path, beside.catalog, compiler);
      found.push({ path, ...inspected, problems: [...beside.problems, ...inspected.problems] });
    }
  } finally {
    await compiler.close();
  }
  const problems = found.flatMap((one) => one.problems);
  if (json) {
    print(pretty({ problems, warnings: found.flatMap((one) => one.warnings) }));
    return problems.length === 0 ? DONE : FAILED;
  }
  for (const one of found) {
    for (const p of one.problems) note(describe(p));
    for (const w of one.warnings) note(`${paint('dim', 'warning:')} ${describe(w)}`);
    const warned = one.warnings.length === 0 ? '' : `, ${counted(one.warnings.length, 'warning')}`;
    const count = one.problems.length === 0 ? 'no problems' : counted(one.problems.length, 'problem');
    (one.problems.length === 0 ? print : note)(`${one.path}: ${count}${warned}`);
  }
  return problems.length === 0 ? DONE : FAILED;
};

/**
 * Is this right Python? Only Python can say: it is asked in the jail, like any code, to compile the text and not to run it.
 *
 * PS1 Where there is no Python, or it does not answer, nothing is reported: the run will tell.
 */

import { good, type Problem, problem } from '@headgate/core';
import { type Job, LIMITS } from './job.ts';
import type { Jail } from './jail.ts';

export type PythonSyntax = (source: string) => Promise<readonly Problem[]>;

const PROGRAM = `
def main(input, can):
    try:
        compile(input, "step", "exec", dont_inherit=True)
    except SyntaxError as error:
        return [error.msg, error.lineno or 1, error.offset or 1]
    except (ValueError, RecursionError, MemoryError) as error:
        return [str(error) or "it is nested too deeply", 1, 1]
`;

const KEPT = 500;
/** No workspace can have this id: its processes serve nobody else. */
const DOMAIN = '*syntax';

const job = (source: string): Job => ({
  domain: DOMAIN,
  engine: 'python',
  program: { hash: 'syntax', script: PROGRAM },
  input: JSON.stringify(source),
  names: [],
  limits: LIMITS,
  host: () => Promise.resolve(good('null')),
  log: () => undefined,
});

/** Asks once for each text. */
export const pythonSyntax = (jail: Jail): PythonSyntax => {
  const known = new Map<string, readonly Problem[]>();
  return async (source) => {
    const kept = known.get(source);
    if (kept !== undefined) return kept;
    const result = await jail.run(job(source));
    if (!result.ok) return [];
    const [what, line, column] = (JSON.parse(result.json) ?? []) as [string?, number?, number?];
    const fix = 'Mend the code at this place.';
    const found =
      what === undefined
        ? []
        : [
            problem('code.syntax', `The code cannot be read: ${what}`, {
              at: { line: line ?? 1, column: column ?? 1 },
              fix,
            }),
          ];
    const [oldest] = known.keys();
    if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
    known.set(source, found);
    return found;
  };
};

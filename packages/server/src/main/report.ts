/** `headgate test`: runs the cases below a folder and tells how they went. */

import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { problem } from '@headgate/core';
import { type Options, runCases } from './flow-test.ts';
import { type CaseResult, junit } from './junit.ts';
import { complain, DONE, FAILED, paint, pretty, print } from './say.ts';

type Asked = Omit<Options, 'onResult'> & { readonly json: boolean; readonly junit?: string };

const line = (r: CaseResult): string => {
  const about = `${dirname(r.file)}: ${r.name} ${paint('dim', `(${r.ms} ms)`, 'out')}`;
  if (r.failure === null) return `${paint('green', 'ok', 'out')}    ${about}`;
  return `${paint('red', 'FAIL', 'out')}  ${about}\n${r.failure.replace(/^/gm, '      ')}`;
};

/** Runs every case below a folder; prints each, and the sum. Answers the exit code: 1 when one failed. */
export const testFlows = async (dir: string, o: Asked): Promise<number> => {
  const began = Date.now();
  const onResult = (result: CaseResult): void => (o.json ? undefined : print(line(result)));
  const done = await runCases(dir, { ...o, onResult });
  if (!done.ok) {
    complain([done.problem], o.json);
    return FAILED;
  }
  const results = done.value;
  const failed = results.filter((r) => r.failure !== null).length;
  const passed = results.length - failed;
  if (o.json) print(pretty({ passed, failed, results }));
  else {
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    print(
      `${results.length} ${results.length === 1 ? 'case' : 'cases'}: ${passed} passed, ${failed} failed, ${seconds} s`,
    );
  }
  if (o.junit !== undefined) {
    try {
      writeFileSync(o.junit, junit(results));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      complain([problem('file.unwritable', `${o.junit} cannot be written (${code})`)], o.json);
      return FAILED;
    }
  }
  return failed === 0 ? DONE : FAILED;
};

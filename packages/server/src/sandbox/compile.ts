/**
 * Makes of an author's source one script that the jail runs: an object whose `default` is what the source exports so.
 * It executes nothing.
 *
 * TypeScript's types are taken out in place, so that lines and columns stay the author's and no map is needed.
 */

import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';
import { bad, good, problem, type Result } from '@headgate/core';

export type Compiled = { readonly hash: string; readonly script: string; readonly map: string | null };

const EXPORT = /^([ \t]*)export[ \t]+default[ \t]+/m;

/** Codes: `code.syntax` (cannot be read), `code.shape` (no default export). `name` is what a person knows the source by. */
export const compileProgram = async (
  source: string,
  language: 'js' | 'ts',
  name: string,
): Promise<Result<Compiled>> => {
  let plain = source;
  if (language === 'ts') {
    try {
      plain = stripTypeScriptTypes(source);
    } catch (error) {
      const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
      return bad(problem('code.syntax', `The code of ${name} cannot be read: ${why}`, { at: { field: 'source' } }));
    }
  }
  if (!EXPORT.test(plain)) {
    return bad(
      problem('code.shape', `The code of ${name} exports no default function`, {
        at: { field: 'source' },
        fix: 'Write it as `export default (input, can) => { … }`.',
      }),
    );
  }
  // All in the first line and after the last: the author's lines keep their numbers.
  const script = `const exported = {}; ${plain.replace(EXPORT, '$1exported.default = ')}\n;return exported;`;
  return good({ hash: createHash('sha256').update(script).digest('hex'), script, map: null });
};

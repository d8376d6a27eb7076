/** The types of what a code step gets, for editors: declarations for TypeScript, a stub for Python. */

import type { Catalog } from '../../step/define.ts';
import type { Flow } from '../model.ts';
import { printPython } from './python.ts';
import { sightOf } from './sight.ts';
import { printTypeScript } from './typescript.ts';

export type CodeTypes = { readonly typescript: string; readonly python: string };

/**
 * The types of `input` and `can` for the code of a step; undefined when the flow has no such step. `lent`: words of the
 * powers it was lent (`net`), which decide what `can` holds.
 */
export const codeTypes = (
  flow: Flow,
  step: string,
  catalog: Catalog,
  lent: ReadonlySet<string>,
): CodeTypes | undefined => {
  const sight = sightOf(flow, step, catalog, lent);
  return sight === undefined ? undefined : { typescript: printTypeScript(sight), python: printPython(sight) };
};

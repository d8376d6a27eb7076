/**
 * All that is wrong with a flow file at once: its form and, as far as the form lets anybody tell, its meaning. For people
 * who mend a file; what stores and runs flows goes by `readFlow` and `check`, one after the other.
 *
 * IN1 `flow` is there only when the form has no problem, so that nothing mended can ever be stored or run.
 */

import type { Problem } from '../problem.ts';
import type { Catalog } from '../step/define.ts';
import { check, type CheckContext } from './check.ts';
import { mend } from './checks/mend.ts';
import type { Flow } from './model.ts';
import { parseFlow, readFlow } from './parse.ts';
import { scanJson } from './text/json.ts';

export type Inspected = {
  /** The flow when its form is right; it may have problems of meaning all the same. */
  readonly flow: Flow | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
};

/** Too much to look further at. */
const BOMBS: ReadonlySet<string> = new Set(['flow.steps', 'block.depth', 'problems.more']);

/** Inspects the text of a flow file. */
export const inspectFlow = (text: string, catalog: Catalog, context: CheckContext = {}): Inspected => {
  const parsed = parseFlow(text);
  if (parsed.ok) return { flow: parsed.flow, ...check(parsed.flow, catalog, context) };
  const form = parsed.problems;
  const { value } = scanJson(text);
  const meant = value === undefined || form.some((p) => BOMBS.has(p.code)) ? undefined : meantBy(value);
  if (meant === undefined) return { flow: null, problems: form, warnings: [] };
  const found = check(meant, catalog, context);
  const told = new Set(form.map(placeOf));
  const fresh = (p: Problem): boolean => !told.has(placeOf(p));
  return { flow: null, problems: [...form, ...found.problems.filter(fresh)], warnings: found.warnings.filter(fresh) };
};

/** A document that is wrong in its keys alone (a key twice) is a flow as it stands. */
const meantBy = (value: unknown): Flow | undefined => {
  const read = readFlow(value);
  return read.ok ? read.flow : mend(value);
};

/** What is wrong with the form of a place explains whatever else may be said of it. */
const placeOf = ({ at }: Problem): string => `${at?.step ?? ''}\n${at?.field ?? ''}`;

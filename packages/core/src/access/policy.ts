/**
 * The policy of a workspace: what of all powers its steps may use, whoever lent them. It is judged with the grants, at use.
 *
 * PO1 It only takes away. Without one, everything may be lent.
 * PO2 A request that a denied power overlaps is denied, whether it is narrower or wider; what is denied is denied also where
 *     `only` lists it.
 */

import { bad, good, type Problem, type Result } from '../problem.ts';
import { isMailMethod } from './scopes/mail.ts';
import { RAW } from './scopes/net.ts';
import { covers, parsePower, type Power, printPower, withoutCode } from './power.ts';

/** `only` null: everything that is not denied. */
export type Policy = { readonly only: readonly Power[] | null; readonly denied: readonly Power[] };

/** The same as texts, in the grammar of powers. */
export type PolicyText = { readonly only: readonly string[] | null; readonly denied: readonly string[] };

export const EVERYTHING: Policy = { only: null, denied: [] };
/** For a policy that cannot be read: what nobody understands allows nothing. */
export const NOTHING_ALLOWED: Policy = { only: [], denied: [] };

/** May steps of the workspace do this at all? `forms`: one request in all the words there are for it; none may be denied. */
export const allows = ({ only, denied }: Policy, ...forms: readonly Power[]): boolean => {
  if (only === null && denied.length === 0) return true;
  const all = forms.flatMap((form) => [form, withoutCode(form)]);
  const within = (limit: Power): boolean => all.some((form) => covers(limit, form));
  const calls = all.map(asCall);
  const overlaps = (one: Power): boolean =>
    within(one) || all.some((form) => covers(form, one)) || calls.some((form) => covers(one, form));
  if (denied.some(overlaps)) return false;
  return only === null || only.some(within);
};

/**
 * Who denies every call of a host denies mail through it and its database, too: `*` lends neither (scopes/mail.ts NM1,
 * scopes/net.ts NE1), and takes both away.
 */
const asCall = (form: Power): Power =>
  form.power === 'net' && (isMailMethod(form.method) || form.method === RAW)
    ? { power: 'net', method: '*', host: form.host, port: form.port }
    : form;

/** Reads a policy; the Problem names the entry: `only[2]`. */
export const readPolicy = ({ only, denied }: PolicyText): Result<Policy> => {
  const read = (texts: readonly string[], field: string): Result<readonly Power[]> => {
    const powers: Power[] = [];
    for (const [i, text] of texts.entries()) {
      const power = parsePower(text);
      if (!power.ok) return bad(placed(power.problem, `${field}[${i}]`));
      powers.push(power.value);
    }
    return good(powers);
  };
  const allowed = only === null ? good(null) : read(only, 'only');
  if (!allowed.ok) return allowed;
  const refused = read(denied, 'denied');
  return refused.ok ? good({ only: allowed.value, denied: refused.value }) : refused;
};

const placed = (problem: Problem, field: string): Problem => ({ ...problem, at: { field } });

/** In the one spelling of each power. */
export const printPolicy = ({ only, denied }: Policy): PolicyText => ({
  only: only === null ? null : only.map(printPower),
  denied: denied.map(printPower),
});

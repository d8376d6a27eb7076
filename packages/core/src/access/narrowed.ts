/**
 * What a step asks for once `narrow` is taken into account: a step that says what it never goes beyond need not be lent
 * more. `narrow` gives nothing: it only makes the question smaller, or names what code would otherwise ask for when it runs.
 *
 * NR1 What is asked for is within what the step needs, and asks as that would: nothing becomes lent by writing it here.
 */

import type { Need } from '../step/define.ts';
import { covers, parsePower, printPower, type Power, sentence } from './power.ts';

/** The needs of a step, within what its `narrow` says. What cannot be read there is left to `check`. */
export const narrowedNeeds = (needs: readonly Need[], narrow: readonly string[] | undefined): readonly Need[] => {
  if (narrow === undefined || narrow.length === 0) return needs;
  const within = narrow.flatMap((text) => {
    const parsed = parsePower(text);
    return parsed.ok ? [parsed.value] : [];
  });
  const asked = needs.flatMap((need) => {
    const whole = parsePower(`${need.power}: ${need.scope}`);
    const open = need.computed === true || (whole.ok && anyMethod(whole.value));
    if (!open) return [need];
    const same = within.filter(({ power }) => power === need.power);
    // What reaches further than the need is no narrower question.
    if (!whole.ok || same.length === 0 || !same.every((one) => covers(whole.value, one))) return [need];
    return same.map((power) => narrowedNeed(need, power));
  });
  return [...asked, ...secretsOf(asked, within)];
};

/** Which secrets code has filled into its calls only running tells: those that `narrow` names are asked for beforehand. */
const secretsOf = (needs: readonly Need[], within: readonly Power[]): readonly Need[] => {
  const has = (word: Need['power']): boolean => needs.some(({ power }) => power === word);
  if (!has('code') || !has('net')) return [];
  return within
    .filter((one) => one.power === 'secret' && one.read !== true)
    .map((power) => narrowedNeed({ power: 'secret', computed: true }, power));
};

/** Code names a host plainly, and by which methods it calls it only running tells. */
export const anyMethod = (power: Power): boolean => power.power === 'net' && power.method === '*';

const narrowedNeed = ({ power: word, computed }: Pick<Need, 'power' | 'computed'>, power: Power): Need => ({
  power: word,
  scope: printPower(power).slice(word.length + 2),
  sentence: sentence(power),
  ...(computed === true ? { computed } : {}),
});

/**
 * Who lends `secret: read github` to a step lends it to the code that stands there now: the grant that is kept says which.
 *
 * BD1 What cannot be bound is not lent: no grant shows a secret to whatever code may come.
 */

import { everyStep } from '../flow/blocks.ts';
import { codeOf } from '../flow/checks/code.ts';
import type { Flow } from '../flow/model.ts';
import { bad, good, problem, type Result } from '../problem.ts';
import { codeHash } from './code-hash.ts';
import type { Power } from './power.ts';

/** The power as a grant to this step of the flow holds it. Code: `grant.step`. */
export const bindToCode = (flow: Flow, step: string, power: Power): Result<Power> => {
  if (power.power !== 'secret' || power.read !== true || power.code !== undefined) return good(power);
  const found = [...everyStep(flow)].find((one) => one.id === step);
  const code = found === undefined ? undefined : codeOf(found);
  return code === undefined
    ? bad(
        problem('grant.step', `The secret ${power.name} is shown to the code of one step, and ${step} is none`, {
          at: { step },
          fix: 'Name a step that holds code, or lend `secret: use`, which shows nothing.',
        }),
      )
    : good({ ...power, code: codeHash(code.language, code.source) });
};

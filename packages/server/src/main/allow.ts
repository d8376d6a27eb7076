/** What `--allow` lends to a flow of this machine, and who lends it: the person at the command line. */

import { randomBytes } from 'node:crypto';
import {
  bad,
  type Catalog,
  type Flow,
  good,
  needsOf,
  parsePower,
  PERMISSIONS,
  type Principal,
  powerOf,
  printPower,
  type Result,
} from '@headgate/core';
import type { GrantRow } from '../store/ports.ts';

export const LOCAL: Principal = { kind: 'cli', id: 'cli', workspace: 'default', permissions: PERMISSIONS };

/** `needed` lends all that the flow's steps ask for; otherwise each entry is a power, lent to every step. */
export type Allow = readonly string[];

/** Powers as grant rows, or the first that is not understood. */
export const grantsFor = (flow: Flow, id: string, catalog: Catalog, allow: Allow): Result<GrantRow[]> => {
  const rows: GrantRow[] = [];
  const lend = (step: string, power: string): void => {
    rows.push({
      id: `g${randomBytes(8).toString('hex')}`,
      flow: id,
      step,
      power,
      environment: '*',
      grantor: LOCAL.id,
      asCaller: false,
      created: Date.now(),
    });
  };
  // Code reaches nothing that is not lent to it: running a file with no server needs no word for it.
  lend('*', 'code: *');
  for (const text of allow) {
    if (text === 'needed') {
      for (const { step, need } of needsOf(flow, catalog)) {
        const power = powerOf(need);
        if (power !== undefined) lend(step, printPower(power));
      }
      continue;
    }
    const power = parsePower(text);
    if (!power.ok) return bad({ ...power.problem, at: { field: '--allow' } });
    if (power.value.power === 'secret' && power.value.read === true && power.value.code === undefined)
      showTo(flow, catalog, power.value.name, lend);
    else lend('*', printPower(power.value));
  }
  return good(rows);
};

/** To see a secret is lent to the code that asks for it as it stands in the file. */
const showTo = (flow: Flow, catalog: Catalog, name: string, lend: (step: string, power: string) => void): void => {
  for (const { step, need } of needsOf(flow, catalog)) {
    const power = powerOf(need);
    if (power?.power === 'secret' && power.read === true && power.name === name) lend(step, printPower(power));
  }
};

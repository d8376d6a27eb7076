/** `headgate quota …`: what workspaces may use and did use, at a running server. */

import { ask, id, type Row, rowOf, rowsOf, table, type Where } from './ask.ts';

const of = (used: unknown, limit: unknown): string =>
  `${Number(used)}${limit === undefined ? '' : ` of ${Number(limit)}`}`;

/** A usage as rows of a table. */
const lines = (row: Row): readonly Row[] => {
  const quota = rowOf(row['quota']);
  const kinds = ['runs', 'tokens', 'money'].flatMap((kind) =>
    ['day', 'month'].map((period) => {
      const used = rowOf(row[period]);
      const unit = kind === 'money' ? ` (millionths, ${String(row['currency'])})` : '';
      return {
        what: `${kind} a ${period}`,
        used: of(used[kind], rowOf(quota[kind])[period]) + unit,
        resets: used['resets'],
      };
    }),
  );
  return [
    ...kinds,
    { what: 'runs not over', used: of(row['concurrent'], quota['concurrent']), resets: '' },
    { what: 'bytes', used: of(row['bytes'], quota['bytes']), resets: '' },
  ];
};

const told = (row: Row): string => table(lines(row), ['what', 'used', 'resets']);

export const showQuota = (w: Where, workspace: string): Promise<number> =>
  ask(w, 'GET', `/api/v1/workspaces/${id(workspace)}/usage`, undefined, told);

export const listQuotas = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/instance/usage', undefined, (all) =>
    rowsOf(all, 'workspaces')
      .map((row) => `${String(row['id'])} (${String(row['name'])})\n${told(row)}`)
      .join('\n\n'),
  );

export type QuotaWish = {
  readonly runsDay?: number;
  readonly runsMonth?: number;
  readonly tokensDay?: number;
  readonly tokensMonth?: number;
  readonly moneyDay?: number;
  readonly moneyMonth?: number;
  readonly concurrent?: number;
  readonly bytes?: number;
};

const periods = (name: string, day: number | undefined, month: number | undefined): Row =>
  day === undefined && month === undefined
    ? {}
    : { [name]: { ...(day === undefined ? {} : { day }), ...(month === undefined ? {} : { month }) } };

/** Takes the place of the quota before; what is not named has no limit. */
export const setQuota = (w: Where, workspace: string, o: QuotaWish): Promise<number> => {
  const quota = {
    ...periods('runs', o.runsDay, o.runsMonth),
    ...periods('tokens', o.tokensDay, o.tokensMonth),
    ...periods('money', o.moneyDay, o.moneyMonth),
    ...(o.concurrent === undefined ? {} : { concurrent: o.concurrent }),
    ...(o.bytes === undefined ? {} : { bytes: o.bytes }),
  };
  return ask(w, 'PUT', `/api/v1/workspaces/${id(workspace)}/quota`, quota, told);
};

/** How parameters are written in documentation and in Problems: `search, from?`, `...items`. */
import type { Param } from './method.ts';

export const signature = (params: readonly Param[]): string =>
  params
    .map((param) => `${param.rest ? '...' : ''}${param.name}${param.optional && !param.rest ? '?' : ''}`)
    .join(', ');

/** How many arguments, in words: "1 argument", "0 to 2 arguments", "1 or more arguments". */
export const counted = (params: readonly Param[]): string => {
  const least = params.filter((param) => !param.optional).length;
  const more = params.at(-1)?.rest === true;
  const range = more ? `${least} or more` : least === params.length ? String(least) : `${least} to ${params.length}`;
  return `${range} argument${range === '1' ? '' : 's'}`;
};

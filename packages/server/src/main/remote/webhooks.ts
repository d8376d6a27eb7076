/** `headgate webhook …`: the addresses of the webhooks of published flows of a running server. */

import { milliseconds, problem } from '@headgate/core';
import { ask, id, refused, rowsOf, table, type Where } from './ask.ts';

type There = { readonly env?: string };

export const listWebhooks = (w: Where, flow: string, { env }: There): Promise<number> =>
  ask(
    w,
    'GET',
    `/api/v1/flows/${id(flow)}/webhooks${env === undefined ? '' : `?environment=${encodeURIComponent(env)}`}`,
    undefined,
    (v) =>
      table(
        rowsOf(v, 'webhooks').map(({ until, ...row }) => ({ ...row, 'old address until': until })),
        ['trigger', 'url', 'old address until'],
      ),
  );

/** Prints the new address; the old one is good for the overlap, if there is one. */
export const rotateWebhook = (
  w: Where,
  flow: string,
  trigger: string,
  { env, overlap }: There & { readonly overlap?: string },
): Promise<number> => {
  const span = overlap === undefined ? 0 : milliseconds(overlap);
  if (span === undefined) {
    const wrong = { at: { field: '--overlap' }, fix: 'Write 24h or 7d, or leave it out to end the old address now.' };
    return Promise.resolve(refused([problem('usage', 'expected a duration', wrong)], w.json));
  }
  const body = {
    ...(env === undefined ? {} : { environment: env }),
    ...(span === 0 ? {} : { overlap: Math.floor(span / 1000) }),
  };
  return ask(w, 'POST', `/api/v1/flows/${id(flow)}/webhooks/${id(trigger)}/rotate`, body, (v) => String(v['url']));
};

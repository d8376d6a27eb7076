/** A model that does whatever it reads. */

import type { Asked, Turn } from '../../packages/server/src/engine/testing/models/server.ts';

export type { Turn };

/** Obeys the last `CALL tool {json}` that it has not obeyed yet, of whoever said it. */
export const obeysAll = (asked: Asked): Turn => {
  const texts = (asked.body.messages ?? []).map(({ content }) =>
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  const done = (asked.body.messages ?? []).filter(({ role }) => role === 'assistant').length;
  const said = texts.flatMap((text) => [...text.replaceAll('\\"', '"').matchAll(/CALL (\w+) (\{.*?\})!/gs)]);
  // What a search finds stands in its pieces and in its text for a prompt: that is one order.
  const orders = [...new Map(said.map((one) => [one[0], one])).values()];
  const order = orders[done];
  if (order === undefined) return { says: `I did ${done} things.` };
  return { calls: [{ name: order[1] ?? '', input: JSON.parse(order[2] ?? '{}') as unknown }] };
};

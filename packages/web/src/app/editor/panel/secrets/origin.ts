/** Where the secret of a step would be sent: the origin that stands plainly in its address, if one does. */

import type { Step, Trigger } from '@headgate/core';

export const originOf = (thing: Step | Trigger | undefined): string => {
  const url = thing?.with?.['url'];
  const plain = typeof url === 'string' ? /^https?:\/\/[^/?#{}]+(?=[/?#]|$)/.exec(url)?.[0] : undefined;
  return plain !== undefined && URL.canParse(plain) ? new URL(plain).origin : '';
};

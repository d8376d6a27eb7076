/** The trigger by which a flow answers messages. */

import type { Flow, Trigger } from '@headgate/core';

export const chatOf = ({ triggers = [] }: Flow): Trigger | undefined =>
  triggers.find(({ kind, disabled }) => kind === 'chat@1' && disabled !== true);

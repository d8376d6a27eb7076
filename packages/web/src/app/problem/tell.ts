/** Tells in a corner what became of an act that was refused; for acts without a place of their own on the page. */

import i18next from 'i18next';
import { Refusal } from '../transport/client.ts';
import { Unreached } from '../transport/transport.ts';
import { notify } from '../ui/notices.tsx';

export const tell = (error: unknown): void => {
  if (error instanceof Refusal) notify({ problem: error.problem });
  else if (error instanceof Unreached) notify({ text: i18next.t('common.unreached.title') });
  else throw error;
};

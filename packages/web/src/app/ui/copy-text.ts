/** Copies a text from a menu, and says that it did. */

import i18next from 'i18next';
import { notify } from './notices.tsx';

export const copyText = async (text: string): Promise<void> => {
  await navigator.clipboard.writeText(text);
  notify({ text: i18next.t('common.copied') });
};

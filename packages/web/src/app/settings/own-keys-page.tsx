/** One's own API keys. */

import { useTranslation } from 'react-i18next';
import { Keys } from '../trust/keys/keys-page.tsx';

export const OwnKeysPage = () => {
  const { t } = useTranslation();
  return (
    <Keys whose="own" title={t('settings.pages.keys')} lead={t('settings.keys.lead')} none={t('settings.keys.none')} />
  );
};

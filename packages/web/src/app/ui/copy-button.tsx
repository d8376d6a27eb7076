/** Copies a text, and says that it did. */

import { Button, CopyButton as Copy } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export const CopyButton = ({ value, label }: { readonly value: string; readonly label?: string }) => {
  const { t } = useTranslation();
  return (
    <Copy value={value} timeout={1500}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="default" onClick={copy}>
          {copied ? t('common.copied') : (label ?? t('common.copy'))}
        </Button>
      )}
    </Copy>
  );
};

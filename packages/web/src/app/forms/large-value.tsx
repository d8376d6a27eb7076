/** An output that is too large to be sent at once: read by pages, from the address that the engine named in its place. */

import { Box } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Look, ValueView } from '../data/value-view.tsx';

type Props = { readonly run: string; readonly address: string };

export const LargeValue = ({ run, address }: Props) => {
  const { t } = useTranslation();
  // A form's address is sent to others: what its reader looks at does not stand in it.
  const [look, setLook] = useState<Look>({});
  const seq = new URL(address, location.origin).searchParams.get('seq') ?? '';
  return (
    <Box h="min(60dvh, 560px)">
      <ValueView
        source={{ run, which: { seq, of: 'output' } }}
        label={t('runs.values.out')}
        look={look}
        show={(part) => setLook((was) => ({ ...was, ...part }))}
        base={null}
        compare={null}
      />
    </Box>
  );
};

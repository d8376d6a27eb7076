/** The button that gives a webhook another address, and until when what was its address before is good besides. */

import { Text } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { RowAct } from '../../ui/row-act.tsx';
import { When } from '../../ui/when.tsx';
import { DEFAULT } from './addresses.ts';

const NewAddress = lazy(() => import('./new-address.tsx').then((module) => ({ default: module.NewAddress })));

export const ReplaceAddress = ({
  trigger,
  environment = DEFAULT,
}: {
  readonly trigger: string;
  readonly environment?: string;
}) => {
  const { t } = useTranslation();
  const publishes = useOff('flow.publish');
  const manages = useOff('environment.manage');
  const [asking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  // The dialog is there only while it asks, so it has nowhere of its own to give the focus back to.
  useEffect(() => {
    if (asked.current && !asking) button.current?.focus();
    asked.current = asking;
  }, [asking]);
  const off = publishes ?? (environment === DEFAULT ? undefined : manages);
  return (
    <>
      <RowAct ref={button} of={t('address.replaceOf', { trigger })} off={off} run={() => setAsking(true)}>
        {t('address.replace')}
      </RowAct>
      {asking && (
        <Suspense fallback={null}>
          <NewAddress trigger={trigger} environment={environment} close={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  );
};

export const Besides = ({ until }: { readonly until: string | null }) => {
  const { t } = useTranslation();
  if (until === null) return null;
  return (
    <Text size="xs" c="var(--hg-quiet)">
      {t('address.besides')} <When iso={until} />
    </Text>
  );
};

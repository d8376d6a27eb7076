/** The runs that one may be compared with: those of its own line first, then the last ones of its flow. */

import { Button, Menu, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { When } from '../ui/when.tsx';
import { RunMark } from './run-mark.tsx';

type Props = { readonly run: string; readonly flow: string; readonly rerunOf: string | null };

export const CompareWith = ({ run, flow, rerunOf }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const list = useQuery({
    queryKey: ['runs', 'beside', flow],
    queryFn: ({ signal }) => engine.call('listRuns', { query: { flow, limit: '11' } }, signal),
    enabled: opened,
  });
  const others = (list.data?.runs ?? []).filter(({ id }) => id !== run && id !== rerunOf);
  const go = (other: string): void => {
    // Ids begin with the time: the older one stands on the left.
    const [left = run, right] = [run, other].toSorted();
    void navigate({ to: '/runs/$run', params: { run: left }, search: { with: right } });
  };
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="default">
          {t('compare.with')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {rerunOf !== null && <Menu.Item onClick={() => go(rerunOf)}>{t('compare.origin')}</Menu.Item>}
        {others.map(({ id, state, created }) => (
          <Menu.Item key={id} onClick={() => go(id)} leftSection={<RunMark state={state} />}>
            <When iso={created} />
          </Menu.Item>
        ))}
        {list.data !== undefined && others.length === 0 && rerunOf === null && (
          <Text size="sm" px="sm" py={4}>
            {t('compare.noOthers')}
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  );
};

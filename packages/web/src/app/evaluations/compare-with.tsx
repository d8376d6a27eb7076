/** The other evaluations of the flow, which one may be held against. */

import { Button, Menu, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { When } from '../ui/when.tsx';
import { useTitle } from './totals.tsx';

/** Those that are offered; the list of the flow has all. */
const OFFERED = 10;

export const CompareWith = ({ flow, evaluation }: { readonly flow: string; readonly evaluation: string }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const titleOf = useTitle();
  const [opened, setOpened] = useState(false);
  const list = useQuery({
    queryKey: ['evaluations', flow],
    queryFn: ({ signal }) => engine.call('listEvaluations', { params: { id: flow } }, signal),
    enabled: opened,
  });
  const all = list.data?.evaluations ?? [];
  const others = all.filter(({ id }) => id !== evaluation).slice(0, OFFERED);
  const go = (other: string): void => {
    // The latest comes first in the list: the later one is held against the earlier.
    const [after = evaluation, before = other] = all
      .map(({ id }) => id)
      .filter((id) => id === evaluation || id === other);
    void navigate({
      to: '/evaluations/$flow/$evaluation',
      params: { flow, evaluation: after },
      search: { with: before },
    });
  };
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="default">
          {t('evaluations.compare.with')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {others.map((one) => (
          <Menu.Item key={one.id} onClick={() => go(one.id)}>
            {titleOf(one)} · <When iso={one.created} />
          </Menu.Item>
        ))}
        {list.data !== undefined && others.length === 0 && (
          <Text size="sm" px="sm" py={4}>
            {t('evaluations.compare.noOthers')}
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  );
};

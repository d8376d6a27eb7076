/** Failed runs, grouped by flow, step and code: how many, since when, and the last of them. */

import { Anchor, Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import { When } from '../ui/when.tsx';
import { queryOf, type RunsSearch } from './search.ts';

export const Failures = ({ search }: { readonly search: RunsSearch }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const { flow, from } = queryOf(search);
  const query = { ...(flow === undefined ? {} : { flow }), ...(from === undefined ? {} : { from }) };
  const { data, error, refetch } = useQuery({
    queryKey: ['runs', 'failures', query],
    queryFn: ({ signal }) => engine.call('listFailures', { query }, signal),
  });
  if (error !== null) return <FailureView error={error} again={() => void refetch()} />;
  if (data === undefined) return <Skeleton h={160} aria-hidden />;
  if (data.failures.length === 0) return <Text>{t('runs.noFailures')}</Text>;
  return (
    <>
      <Table aria-label={t('runs.view.problems')}>
        <Table.Thead>
          <Table.Tr>
            {(['flow', 'step', 'problem', 'count', 'first', 'last'] as const).map((one) => (
              <Table.Th key={one}>{t(`runs.${one}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.failures.map((one) => (
            <Table.Tr key={`${one.flow} ${one.step} ${one.code}`}>
              <Table.Td>
                <Anchor component={Link} to={paths.runsOf(one.flow, 'failed')} size="sm">
                  {one.flowName ?? one.flow}
                </Anchor>
              </Table.Td>
              <Table.Td>{one.step}</Table.Td>
              <Table.Td>{one.code}</Table.Td>
              <Table.Td className="hg-number">{one.count}</Table.Td>
              <Table.Td>
                <When iso={one.first} />
              </Table.Td>
              <Table.Td>
                <Anchor component={Link} to={paths.run(one.run, one.step === null ? {} : { step: one.step })} size="sm">
                  <When iso={one.last} />
                </Anchor>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {data.more && (
        <Text size="sm" c="dimmed">
          {t('runs.failuresBound')}
        </Text>
      )}
    </>
  );
};

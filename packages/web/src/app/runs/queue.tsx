/** What waits for a place and why, the limits in force, and how long runs are kept. */

import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { paths } from '../router/paths.ts';
import type { Answer } from '../transport/client.ts';
import { durationText } from '../ui/duration.ts';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

type Lane = Answer<'getQueue'>['lanes'][number];
const FRESH = 2_000;

export const Queue = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queue = useQuery({
    queryKey: ['runs', 'queue'],
    queryFn: ({ signal }) => engine.call('getQueue', {}, signal),
    refetchInterval: FRESH,
  });
  return (
    <Loaded query={queue}>
      {({ lanes, kept }) => (
        <Stack>
          {lanes.length === 0 ? (
            <Text size="sm">{t('overview.queue.none')}</Text>
          ) : (
            <Table
              label={t('overview.queue.title')}
              heads={[
                t('overview.flow'),
                { number: t('overview.queue.waiting') },
                { number: t('overview.queue.running') },
                t('overview.queue.why'),
                t('overview.queue.next'),
              ]}
            >
              {lanes.map((lane) => (
                <Row key={lane.next}>
                  <Cell>
                    <Anchor component={Link} to={paths.flow(lane.flow)} size="sm">
                      {lane.flowName ?? lane.flow}
                    </Anchor>
                  </Cell>
                  <Cell ta="right" className="hg-number">
                    <Anchor
                      component={Link}
                      to={paths.runsOf(lane.flow, 'queued')}
                      size="sm"
                      aria-label={t('overview.queue.waitingOf', {
                        count: lane.waiting,
                        flow: lane.flowName ?? lane.flow,
                      })}
                    >
                      {lane.waiting}
                    </Anchor>
                  </Cell>
                  <Cell ta="right" className="hg-number">
                    {lane.running}
                  </Cell>
                  <Cell>
                    <Why lane={lane} />
                  </Cell>
                  <Cell>
                    {lane.until === null ? t('overview.queue.whenOneEnds') : <When iso={lane.until} />}{' '}
                    <Anchor component={Link} to={paths.run(lane.next)} size="sm" underline="always">
                      {t('overview.queue.run')}
                    </Anchor>
                  </Cell>
                </Row>
              ))}
            </Table>
          )}
          <Text size="sm">
            {kept.days !== null && t('overview.queue.kept', { count: kept.days })}{' '}
            {kept.perFlow !== null && t('overview.queue.perFlow', { count: kept.perFlow })}
          </Text>
          <Anchor component={Link} to={paths.trust('limits')} size="sm">
            {t('overview.queue.quotas')}
          </Anchor>
        </Stack>
      )}
    </Loaded>
  );
};

const Why = ({ lane: { why, most, per } }: { readonly lane: Lane }) => {
  const { t, i18n } = useTranslation();
  const time = per === null ? '' : durationText(per, i18n.language);
  return <>{t(`overview.queue.whys.${why}`, { most: most ?? 0, time })}</>;
};

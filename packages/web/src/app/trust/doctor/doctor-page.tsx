/** What `headgate doctor` finds of this instance, for who manages it. Nothing is mended here: it says what to do. */

import { Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';

const LOOK = {
  ok: { sign: '✓', color: 'var(--hg-done)' },
  look: { sign: '!', color: 'var(--hg-waiting)' },
  wrong: { sign: '✕', color: 'var(--hg-failed)' },
} as const;
/** The same at the command line. */
const COMMAND = 'headgate doctor';
const ORDER = ['wrong', 'look', 'ok'] as const;

export const DoctorPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const look = useQuery({
    queryKey: ['doctor'],
    queryFn: ({ signal }) => engine.call('doctor', {}, signal),
    staleTime: 60_000,
  });
  return (
    <Page title={t('trust.pages.doctor')} lead={t('oversight.doctor.lead')}>
      <Loaded query={look} rows={12}>
        {({ findings, at, version }) => {
          const wrong = findings.filter(({ state }) => state !== 'ok').length;
          return (
            <>
              <Text size="sm">
                {wrong === 0 ? t('oversight.doctor.well') : t('oversight.doctor.found', { count: wrong })} ·{' '}
                {t('oversight.doctor.looked', { version })} <When iso={at} /> · <Code>{COMMAND}</Code>
              </Text>
              <Table
                label={t('trust.pages.doctor')}
                heads={[t('oversight.doctor.state'), t('oversight.doctor.what'), t('oversight.doctor.text')]}
              >
                {findings
                  .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
                  .map((one) => (
                    <Row key={`${one.what} ${one.text}`}>
                      <Cell c={LOOK[one.state].color} fw={600} style={{ whiteSpace: 'nowrap' }}>
                        <span aria-hidden>{LOOK[one.state].sign}</span> {t(`oversight.doctor.states.${one.state}`)}
                      </Cell>
                      <Cell fw={600}>{one.what}</Cell>
                      <Cell style={{ overflowWrap: 'anywhere' }}>
                        <Text size="sm">{one.text}</Text>
                        {one.next !== undefined && (
                          <Text size="sm" fw={600}>
                            {one.next}
                          </Text>
                        )}
                      </Cell>
                    </Row>
                  ))}
              </Table>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
};

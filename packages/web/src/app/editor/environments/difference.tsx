/** What a promotion changes in its target: steps, values, powers, secrets. Values of secrets are in nothing of it. */

import { Code, Stack, Text } from '@mantine/core';
import type { FlowDiff } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../transport/client.ts';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { typedOf } from '../../trust/environments/written.ts';
import { DiffView } from '../publish/diff-view.tsx';

type Told = Answer<'comparePromotion'>;

/** Values that the target lacks, and secrets: what keeps a promotion from happening. */
export const lacksOf = ({ values, secrets }: Told): readonly string[] => [
  ...values.filter(({ there }) => !there).map(({ name }) => `vars.${name}`),
  ...secrets.missing,
];

export const Difference = ({ told }: { readonly told: Told }) => {
  const { t } = useTranslation();
  const { from, to, flow, values, powers, secrets } = told;
  return (
    <Stack>
      <Text size="sm">
        {to.version === null
          ? t('environments.difference.first', { version: from.version, to: to.environment })
          : t('environments.difference.against', { version: from.version, before: to.version, to: to.environment })}
      </Text>
      {flow !== null && <DiffView diff={flow as FlowDiff} />}
      {values.length > 0 && (
        <Section title={t('environments.values')} order={3}>
          <Table label={t('environments.values')} heads={[t('environments.value'), from.environment, to.environment]}>
            {values.map((one) => (
              <Row key={one.name}>
                <Cell>
                  <Code>{`vars.${one.name}`}</Code>
                </Cell>
                <Cell style={{ overflowWrap: 'anywhere' }}>
                  {'from' in one ? typedOf(one.from) : t('environments.absent')}
                </Cell>
                <Cell style={{ overflowWrap: 'anywhere' }}>
                  {one.there ? (
                    typedOf(one.to)
                  ) : (
                    <Text span size="sm" c="var(--hg-failed)">
                      <span aria-hidden>✕</span> {t('environments.difference.missing')}
                    </Text>
                  )}
                </Cell>
              </Row>
            ))}
          </Table>
        </Section>
      )}
      <Section title={t('environments.difference.powers')} order={3}>
        {powers.missing.length === 0 ? (
          <Text size="sm">{t('environments.difference.allLent', { to: to.environment })}</Text>
        ) : (
          powers.missing.map((one) => (
            <Text size="sm" key={`${one.step} ${one.power}`} c="var(--hg-failed)">
              {t('environments.difference.notLent')} <Code>{one.power}</Code>{' '}
              {t('publish.diff.forStep', { step: one.step })}
            </Text>
          ))
        )}
      </Section>
      {secrets.named.length > 0 && (
        <Section title={t('environments.difference.secrets')} order={3}>
          {secrets.named.map((name) => (
            <Text size="sm" key={name} {...(secrets.missing.includes(name) ? { c: 'var(--hg-failed)' } : {})}>
              <Code>{name}</Code>{' '}
              {secrets.missing.includes(name)
                ? t('environments.difference.missing')
                : t('environments.difference.there')}
            </Text>
          ))}
        </Section>
      )}
    </Stack>
  );
};

/** Who uses a secret: the steps that name it, what was lent of it, and where it may be sent. Never what it is. */

import { Anchor, Badge, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { paths } from '../../router/paths.ts';
import type { Answer } from '../../transport/client.ts';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';

type Props = {
  /** Or a connection, which is used like one. */
  readonly secret: Pick<Answer<'listSecrets'>['secrets'][number], 'name' | 'origins'>;
  readonly project: string;
  readonly close: () => void;
};

export const SecretUses = ({ secret, project, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const { name, origins } = secret;
  const uses = useQuery({
    queryKey: ['secrets', 'uses', project, name],
    queryFn: ({ signal }) => engine.call('secretUses', { params: { name }, query: { project } }, signal),
  });
  return (
    <Modal.Root opened onClose={close} size="xl" transitionProps={{ duration: 100 }} lockScroll={false}>
      <Modal.Overlay />
      <Modal.Content>
        {/* No header element: it would be a second banner of the page. */}
        <Group justify="space-between" px="md" py="sm" wrap="nowrap">
          <Modal.Title fw={600}>{t('oversight.uses.title', { name })}</Modal.Title>
          <Modal.CloseButton aria-label={t('common.close')} />
        </Group>
        <Modal.Body>
          <Loaded query={uses}>
            {({ uses: named, grants, since, more }) => (
              <Stack>
                <Text size="sm">
                  {origins.length === 0
                    ? t('oversight.uses.nowhere')
                    : t('oversight.uses.origins', { origins: origins.join(', ') })}
                </Text>
                <Section title={t('oversight.uses.named')} order={3}>
                  {named.length === 0 ? (
                    <Text size="sm">{t('oversight.uses.nobody')}</Text>
                  ) : (
                    <Table
                      label={t('oversight.uses.named')}
                      heads={[t('oversight.map.flow'), t('oversight.uses.step'), t('oversight.uses.where')]}
                    >
                      {named.map((one) => (
                        <Row key={`${one.flow} ${one.step}`}>
                          <Cell>
                            <Anchor component={Link} to={paths.flow(one.flow, { step: one.step })} size="sm">
                              {one.flowName}
                            </Anchor>
                          </Cell>
                          <Cell>{one.step}</Cell>
                          <Cell>
                            {one.version !== null && t('oversight.uses.version', { version: one.version })}{' '}
                            {one.draft && (
                              <Badge variant="outline" color="gray">
                                {t('oversight.uses.draft')}
                              </Badge>
                            )}
                          </Cell>
                        </Row>
                      ))}
                    </Table>
                  )}
                </Section>
                <Section title={t('oversight.uses.lent')} order={3}>
                  {grants.length === 0 ? (
                    <Text size="sm">{t('oversight.uses.notLent')}</Text>
                  ) : (
                    <Table
                      label={t('oversight.uses.lent')}
                      heads={[t('oversight.map.flow'), t('oversight.map.what'), t('oversight.map.used')]}
                    >
                      {grants.map((one) => (
                        <Row key={`${one.flow} ${one.step} ${one.power} ${one.environment}`}>
                          <Cell>
                            <Anchor component={Link} to={paths.flow(one.flow, { page: 'powers' })} size="sm">
                              {one.flowName}
                            </Anchor>
                            <Text size="xs" c="var(--hg-quiet)">
                              {one.step === '*' ? t('oversight.map.whole') : one.step}
                            </Text>
                          </Cell>
                          <Cell>
                            <Code style={{ overflowWrap: 'anywhere' }}>{one.power}</Code>
                          </Cell>
                          <Cell>{one.used === null ? t('oversight.map.never') : <When iso={one.used} />}</Cell>
                        </Row>
                      ))}
                    </Table>
                  )}
                </Section>
                {since !== null && (
                  <Text size="xs" c="var(--hg-quiet)">
                    {t('oversight.uses.since')} <When iso={since} />. {more && t('oversight.uses.more')}
                  </Text>
                )}
              </Stack>
            )}
          </Loaded>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
};

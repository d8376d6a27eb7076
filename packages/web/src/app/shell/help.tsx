/** All keys, from the table of actions. */

import { Kbd, Modal, Stack, Table, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { keyText } from '../actions/keys.ts';
import { ACTION_NAMES, type Context, specOf } from '../actions/table.ts';

const CONTEXTS: readonly Context[] = ['everywhere', 'editor', 'graph', 'runs'];

export const Help = ({ opened, close }: { readonly opened: boolean; readonly close: () => void }) => {
  const { t } = useTranslation();
  const inContext = (context: Context) =>
    ACTION_NAMES.map(specOf).filter((spec) => spec.context === context && spec.keys !== undefined);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('common.keys')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        {CONTEXTS.filter((context) => inContext(context).length > 0).map((context) => (
          <section key={context}>
            <Title order={2} size="h5">
              {t(`actions.context.${context}`)}
            </Title>
            <Table>
              <Table.Tbody>
                {inContext(context).map(({ title, keys = [] }) => (
                  <Table.Tr key={title}>
                    <Table.Th fw={400} scope="row">
                      {t(`actions.${title}`)}
                    </Table.Th>
                    <Table.Td>
                      {keys.map((key) => (
                        <Kbd key={key} mr={6}>
                          {keyText(key)}
                        </Kbd>
                      ))}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
        ))}
      </Stack>
    </Modal>
  );
};

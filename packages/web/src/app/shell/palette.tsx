/** One search for everything: what can be done (with its keys, and why not where it cannot), flows, and steps of the flow that is open. */

import { Combobox, Group, Kbd, Modal, Text, TextInput, useCombobox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keyText } from '../actions/keys.ts';
import { registry } from '../actions/registry.ts';
import { ACTION_NAMES, specOf } from '../actions/table.ts';
import { useEngine } from '../engine.tsx';
import { laterTexts } from '../i18n/i18n.ts';

type Entry = {
  readonly id: string;
  readonly text: string;
  readonly group: string;
  readonly keys?: string | undefined;
  readonly off?: string | undefined;
  readonly run: () => void;
};

const MOST = 40;

/** All words of the search occur in the text. */
const fits = (text: string, search: string): boolean => {
  const low = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
};

export const Palette = ({ opened, close }: { readonly opened: boolean; readonly close: () => void }) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  // The list stands open as long as the dialog does: closed, Enter would only open it.
  const combobox = useCombobox({ opened: true, onDropdownClose: close });
  const flows = useQuery({
    queryKey: ['flows', 'palette'],
    queryFn: ({ signal }) => engine.call('listFlows', { query: { limit: '200' } }, signal),
    enabled: opened,
  });
  useEffect(() => {
    if (opened) setSearch('');
  }, [opened]);

  const actions: Entry[] = ACTION_NAMES.flatMap((name) => {
    const doing = registry.of(name);
    const { title, keys } = specOf(name);
    if (name === 'palette' || doing === null) return [];
    const entry = { id: `action ${name}`, text: t(`actions.${title}`), group: '', keys: keys?.[0], off: doing.off };
    return [{ ...entry, run: () => void registry.run(name) }];
  });
  const found: Entry[] = (flows.data?.flows ?? []).map(({ id, name }) => ({
    id: `flow ${id}`,
    text: name,
    group: t('common.flows'),
    run: () => void navigate({ to: '/flows/$flow', params: { flow: id } }),
  }));
  // Pages that no action of the shell goes to; what they are called comes later.
  const [named, setNamed] = useState(i18n.exists('evaluations.title'));
  useEffect(() => {
    laterTexts().then(
      () => setNamed(true),
      () => undefined,
    );
  }, []);
  const pages: Entry[] = named
    ? [
        {
          id: 'page evaluations',
          text: t('evaluations.title'),
          group: '',
          run: () => void navigate({ to: '/evaluations', search: {} }),
        },
      ]
    : [];
  const shown = [...actions, ...pages, ...found]
    .filter((entry) => fits(`${entry.group} ${entry.text}`, search))
    .slice(0, MOST);
  const { selectFirstOption } = combobox;
  useEffect(() => void selectFirstOption(), [search, selectFirstOption]);

  return (
    <Modal
      opened={opened}
      onClose={close}
      withCloseButton={false}
      padding="xs"
      aria-label={t('common.palette')}
      size="lg"
    >
      <Combobox
        store={combobox}
        withinPortal={false}
        onOptionSubmit={(id) => {
          const entry = shown.find((one) => one.id === id);
          if (entry === undefined || entry.off !== undefined) return;
          close();
          // After the dialog has given the focus back: an act may move it.
          setTimeout(entry.run, 0);
        }}
      >
        <Combobox.EventsTarget>
          <TextInput
            data-autofocus
            aria-label={t('common.palette')}
            placeholder={t('common.palette')}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        </Combobox.EventsTarget>
        <Combobox.Options mah={420} mt="xs" style={{ overflowY: 'auto' }} aria-label={t('common.palette')}>
          {shown.length === 0 && <Combobox.Empty>{t('common.nothingFound')}</Combobox.Empty>}
          {shown.map(({ id, text, group, keys, off }) => (
            <Combobox.Option value={id} key={id} disabled={off !== undefined}>
              <Group justify="space-between" wrap="nowrap">
                <Text size="sm">{text}</Text>
                <Text size="xs" c="dimmed">
                  {off ?? group} {keys !== undefined && <Kbd size="xs">{keyText(keys)}</Kbd>}
                </Text>
              </Group>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox>
    </Modal>
  );
};

/**
 * Adds a step or a trigger by search, where it was asked for: behind a step or a branch, on a wire, in a block, at a spot of the
 * canvas. What fits there comes first; Enter adds and connects.
 */

import { Combobox, Modal, NativeSelect, Stack, Text, TextInput, useCombobox } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AddWish, sameWhere, type Where, wheresAt } from './add-wish.ts';
import { useEditor, useFlow } from './editor-context.ts';
import { found } from './found.ts';
import {
  type OperationFound,
  operationsFound,
  sentenceFor,
  type TriggerFound,
  triggersFound,
} from './services/operations.ts';
import { OperationOption } from './services/picker.tsx';
import { useServices } from './services/use-services.ts';

type Props = { readonly wish: AddWish | null; readonly close: () => void };

const SERVICE = 'service.call@1';

/** A step that uses an operation: called by what it does, and patient with a service that has had too many calls. */
const begun = ({ service, operation, title, does }: OperationFound) => ({
  name: sentenceFor(title, does),
  retry: { max: 3 },
  with: { service, operation },
});

/** A trigger that waits for something at a service. */
const awaited = ({ service, trigger }: TriggerFound) => ({ with: { service, trigger } });

/** A trigger waits for nothing: where something would lead to it, none fits. */
const takesTriggers = ({ at }: Where): boolean => at === 'flow' || at === 'after';

const WIDTH = 380;
const HEIGHT = 460;

export const AddStep = ({ wish, close }: Props) => {
  const { t } = useTranslation();
  // Another wish is another search.
  return (
    <Modal
      opened={wish !== null}
      onClose={close}
      title={t('editor.add')}
      size={WIDTH}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      transitionProps={{ duration: 0 }}
      {...(wish?.screen === undefined
        ? {}
        : {
            styles: {
              inner: { justifyContent: 'flex-start', alignItems: 'flex-start', padding: 0 },
              content: {
                marginLeft: Math.max(8, Math.min(wish.screen.x, window.innerWidth - WIDTH - 8)),
                marginTop: Math.max(8, Math.min(wish.screen.y, window.innerHeight - HEIGHT - 8)),
              },
            },
          })}
    >
      {wish !== null && <Search wish={wish} close={close} />}
    </Modal>
  );
};

const Search = ({ wish, close }: { readonly wish: AddWish; readonly close: () => void }) => {
  const { t } = useTranslation();
  const { kinds, commands, selection } = useEditor();
  const flow = useFlow();
  const [search, setSearch] = useState('');
  const [where, setWhere] = useState<Where>(wish.where);
  // The list takes Escape for itself, and there is no list without the dialog.
  const combobox = useCombobox({ opened: true, onDropdownClose: (by) => by === 'keyboard' && close() });
  const { selectFirstOption } = combobox;
  const wheres = useMemo(() => wheresAt(flow, kinds, selection.cursor(), wish.where), [flow, kinds, selection, wish]);
  const services = useServices();
  const { steps, triggers, triggerFirst } = useMemo(
    () => found(kinds, flow, where, search),
    [kinds, flow, where, search],
  );
  // Not before something is looked for: they are many.
  const uses = useMemo(() => (search.trim() === '' ? [] : operationsFound(services, search)), [services, search]);
  const waits = useMemo(
    () => (search.trim() === '' || !takesTriggers(where) ? [] : triggersFound(services, search)),
    [services, search, where],
  );
  useEffect(() => void selectFirstOption(), [search, where, uses, waits, selectFirstOption]);
  const text = (one: Where): string => {
    switch (one.at) {
      case 'after':
        return t('graph.afterEntry', { entry: one.entry });
      case 'wire':
        return t('graph.onWire', { from: one.from, to: one.to });
      case 'block':
        return t('graph.inBlock', { block: one.block });
      case 'before':
        return t('graph.before', { to: one.to });
      case 'flow':
        return t('graph.inFlow');
    }
  };
  const add = (chosen: string): void => {
    close();
    const use = uses.find((one) => one.key === chosen);
    const wait = waits.find((one) => one.key === chosen);
    const kind = wait?.kind ?? (use === undefined ? chosen : SERVICE);
    const isTrigger = kinds.triggers.some((one) => one.kind === kind);
    const { spot, pins } = wish;
    const here =
      sameWhere(where, wish.where) && spot !== undefined ? { spot, ...(pins === undefined ? {} : { pins }) } : {};
    commands.addAt(
      kind,
      isTrigger,
      { where, ...here },
      use !== undefined ? begun(use) : wait !== undefined ? awaited(wait) : {},
    );
    // The dialog gives the focus back to where it was; the graph has it, so that the next key is about the new step.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-graph]')?.focus());
  };
  const option = ({
    kind,
    title,
    summary,
  }: {
    readonly kind: string;
    readonly title: string;
    readonly summary: string;
  }) => (
    <Combobox.Option value={kind} key={kind}>
      <Stack gap={0}>
        <Text size="sm">{title}</Text>
        <Text size="xs" opacity={0.8} lineClamp={2}>
          {summary}
        </Text>
      </Stack>
    </Combobox.Option>
  );
  const starts = triggers.length > 0 && (
    <Combobox.Group label={t('graph.triggers')}>{triggers.map(option)}</Combobox.Group>
  );
  return (
    <Combobox store={combobox} withinPortal={false} onOptionSubmit={add}>
      <Combobox.EventsTarget>
        <TextInput
          data-autofocus
          aria-label={t('editor.addPlaceholder')}
          placeholder={t('editor.addPlaceholder')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </Combobox.EventsTarget>
      <NativeSelect
        size="xs"
        mt="xs"
        aria-label={t('graph.where')}
        value={wheres.findIndex((one) => sameWhere(one, where))}
        onChange={(event) => setWhere(wheres[Number(event.currentTarget.value)] ?? wish.where)}
        data={wheres.map((one, i) => ({ value: String(i), label: text(one) }))}
      />
      <Combobox.Options mah={320} mt="xs" style={{ overflowY: 'auto' }} aria-label={t('editor.add')}>
        {triggerFirst && starts}
        {steps.length > 0 && <Combobox.Group label={t('graph.fits')}>{steps.map(option)}</Combobox.Group>}
        {uses.length > 0 && (
          <Combobox.Group label={t('services.title')}>
            {uses.map((one) => (
              <Combobox.Option value={one.key} key={one.key}>
                <OperationOption found={one} />
              </Combobox.Option>
            ))}
          </Combobox.Group>
        )}
        {waits.length > 0 && (
          <Combobox.Group label={t('services.starts')}>
            {waits.map((one) => (
              <Combobox.Option value={one.key} key={one.key}>
                <OperationOption found={one} />
              </Combobox.Option>
            ))}
          </Combobox.Group>
        )}
        {!triggerFirst && starts}
        {steps.length + uses.length + waits.length + triggers.length === 0 && (
          <Combobox.Empty>{t('common.nothingFound')}</Combobox.Empty>
        )}
      </Combobox.Options>
    </Combobox>
  );
};

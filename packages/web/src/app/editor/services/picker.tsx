/** Chooses a service and what to do there, by search: each operation is one line, with the letters of its service. */

import { Button, Combobox, Modal, TextInput, useCombobox } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ServiceTile } from '../../ui/service-tile.tsx';
import { type OperationFound, operationsFound, sentenceFor } from './operations.ts';
import classes from './services.module.css';
import { useServices } from './use-services.ts';

type Props = {
  readonly service: string;
  readonly title: string;
  readonly does: string;
  readonly choose: (found: OperationFound) => void;
};

/** One line for what a service does, or waits for. */
export const OperationOption = ({ found }: { readonly found: Pick<OperationFound, 'service' | 'title' | 'does'> }) => (
  <div className={classes.option}>
    <ServiceTile name={found.service} title={found.title} />
    <span>{sentenceFor(found.title, found.does)}</span>
  </div>
);

export const Picker = ({ service, title, does, choose }: Props) => {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <div className={classes.chosen}>
        {title !== '' && <ServiceTile name={service} title={title} />}
        <div className={classes.names}>
          <span className={classes.name}>{title === '' ? t('services.none') : title}</span>
          {does !== '' && <span className={classes.does}>{does}</span>}
        </div>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={title === '' ? t('services.choose') : t('services.pick', { what: sentenceFor(title, does) })}
          onClick={() => setOpen(true)}
        >
          {t(title === '' ? 'services.choose' : 'services.change')}
        </Button>
      </div>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t('services.choose')}
        size={420}
        closeButtonProps={{ 'aria-label': t('common.close') }}
        transitionProps={{ duration: 0 }}
      >
        {open && (
          <Search
            close={() => setOpen(false)}
            choose={(found) => {
              setOpen(false);
              choose(found);
            }}
          />
        )}
      </Modal>
    </>
  );
};

type SearchProps = { readonly choose: (found: OperationFound) => void; readonly close: () => void };

const Search = ({ choose, close }: SearchProps) => {
  const { t } = useTranslation();
  const services = useServices();
  const [search, setSearch] = useState('');
  // The list takes Escape for itself, and there is no list without the dialog.
  const combobox = useCombobox({ opened: true, onDropdownClose: (by) => by === 'keyboard' && close() });
  const { selectFirstOption } = combobox;
  const found = useMemo(() => operationsFound(services, search), [services, search]);
  useEffect(() => void selectFirstOption(), [found, selectFirstOption]);
  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      onOptionSubmit={(key) => {
        const one = found.find((other) => other.key === key);
        if (one !== undefined) choose(one);
      }}
    >
      <Combobox.EventsTarget>
        <TextInput
          data-autofocus
          aria-label={t('services.search')}
          placeholder={t('services.search')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </Combobox.EventsTarget>
      <Combobox.Options mah={360} mt="xs" style={{ overflowY: 'auto' }} aria-label={t('services.choose')}>
        {found.map((one) => (
          <Combobox.Option value={one.key} key={one.key}>
            <OperationOption found={one} />
          </Combobox.Option>
        ))}
        {found.length === 0 && <Combobox.Empty>{t('common.nothingFound')}</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  );
};

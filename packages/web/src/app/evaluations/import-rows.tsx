/** Rows out of a file: chosen, looked at as rows, and put into the draft. Nothing is sent from here. */

import { Button, Checkbox, FileButton, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { EVAL_LIMITS } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tell } from '../problem/tell.ts';
import { Cell, Row, Table } from '../ui/table.tsx';
import { type FileRead, guessed, LARGEST, type Mapping, mapped, named, readFile, textOf } from './read-file.ts';
import { type DraftRow, faultsOf, PARTS, type Part } from './rows.ts';

type Props = {
  readonly rows: readonly DraftRow[];
  /** `instead`: of those that are there. */
  readonly close: (made: { readonly rows: readonly DraftRow[]; readonly instead: boolean } | null) => void;
};

const SHOWN = 5;
const NOTHING: Mapping = { name: null, input: 'rest', expected: null, criteria: null };

export const ImportRows = ({ rows: there, close }: Props) => {
  const { t, i18n } = useTranslation();
  const [file, setFile] = useState<{ readonly name: string; readonly read: FileRead } | null>(null);
  const [by, setBy] = useState<Mapping>(NOTHING);
  const [instead, setInstead] = useState(false);
  const [large, setLarge] = useState(false);
  const number = new Intl.NumberFormat(i18n.language);
  const choose = async (one: File | null): Promise<void> => {
    if (one === null) return;
    setLarge(one.size > LARGEST);
    setFile(null);
    if (one.size > LARGEST) return;
    const read = readFile(textOf(new Uint8Array(await one.arrayBuffer())));
    if (read.is === 'cells') setBy(guessed(read.cells));
    setFile({ name: one.name, read });
  };
  const read = file?.read;
  const given = read?.is === 'rows' ? read.rows : read?.is === 'cells' ? mapped(read.cells, by) : [];
  const made = named(given, instead ? [] : there, t('evaluations.row'));
  const all = (instead ? 0 : there.length) + made.length;
  const faults = faultsOf(instead ? made : [...there, ...made]).length;
  const why =
    made.length === 0
      ? t('evaluations.import.choose')
      : all > EVAL_LIMITS.rows + 1
        ? t('evaluations.dataset.tooMany', { most: number.format(EVAL_LIMITS.rows) })
        : undefined;
  return (
    <Modal
      opened
      size="xl"
      onClose={() => close(null)}
      title={t('evaluations.import.open')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{t('evaluations.import.lead')}</Text>
        <Group gap="sm">
          <FileButton
            onChange={(one) => void choose(one).catch(tell)}
            accept=".csv,.tsv,.txt,.json,.jsonl,text/csv,application/json"
          >
            {(props) => (
              <Button {...props} variant="default" data-autofocus>
                {t('evaluations.import.file')}
              </Button>
            )}
          </FileButton>
          {file !== null && given.length > 0 && (
            <Text size="sm" role="status">
              {t('evaluations.import.found', {
                name: file.name,
                count: given.length,
                rows: number.format(given.length),
              })}
            </Text>
          )}
        </Group>
        {(large || read?.is === 'nothing') && (
          <Text size="sm" c="var(--hg-failed)" role="alert">
            {t(`evaluations.import.wrong.${read?.is === 'nothing' ? read.why : 'large'}`)}
          </Text>
        )}
        {read?.is === 'cells' && (
          <Group gap="xs" grow preventGrowOverflow={false}>
            {PARTS.map((part) => (
              <NativeSelect
                key={part}
                size="xs"
                miw={140}
                label={t(`evaluations.parts.${part}`)}
                value={String(by[part] ?? '')}
                data={[
                  ...(part === 'input' ? [{ value: 'rest', label: t('evaluations.import.rest') }] : []),
                  { value: '', label: t(part === 'name' ? 'evaluations.import.count' : 'evaluations.import.leave') },
                  ...read.cells.heads.map((head, at) => ({
                    value: String(at),
                    label: head.trim() === '' ? String(at + 1) : head.slice(0, 60),
                  })),
                ]}
                onChange={({ currentTarget: { value } }) =>
                  setBy({ ...by, [part]: value === 'rest' ? 'rest' : value === '' ? null : Number(value) })
                }
              />
            ))}
          </Group>
        )}
        {made.length > 0 && (
          <>
            <Table
              label={t('evaluations.import.preview')}
              heads={PARTS.map((part: Part) => t(`evaluations.parts.${part}`))}
            >
              {made.slice(0, SHOWN).map((row) => (
                <Row key={row.id}>
                  {PARTS.map((part) => (
                    <Cell key={part} style={{ overflowWrap: 'anywhere' }}>
                      {row[part].slice(0, 120)}
                    </Cell>
                  ))}
                </Row>
              ))}
            </Table>
            {faults > 0 && <Text size="sm">{t('evaluations.import.faults', { count: faults })}</Text>}
            <Checkbox
              label={t('evaluations.import.instead')}
              checked={instead}
              onChange={(event) => setInstead(event.currentTarget.checked)}
            />
          </>
        )}
        <Group justify="end">
          <Button variant="default" onClick={() => close(null)}>
            {t('common.cancel')}
          </Button>
          <Button disabled={why !== undefined} title={why} onClick={() => close({ rows: made, instead })}>
            {t('evaluations.import.take', { count: made.length, rows: number.format(made.length) })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

/**
 * A CSV into a table: chosen, looked at (which column is which, how many rows, what cannot be taken), sent with progress, and
 * told what was done. Until the button that says so, nothing is sent.
 */

import { Button, Checkbox, FileButton, Group, Modal, NativeSelect, Progress, Stack, Text } from '@mantine/core';
import { isPlain, readCells, TABLE_LIMITS } from '@headgate/core';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { tell } from '../../problem/tell.ts';
import type { TableShown } from '../table-page.tsx';
import { Preview } from './preview.tsx';
import { guessed, hasHeads, Judge, type Judged, type Mapping, textOf } from './read.ts';
import { Result } from './result.tsx';
import { send, type Sent, takeBack } from './send.ts';

type Props = {
  readonly table: TableShown;
  readonly project: string;
  /** `changed`: rows came, or may have come. */
  readonly close: (changed: boolean) => void;
};

/** Of a file that is looked at here: all of it is held in memory. */
const LARGEST = 60 * 1024 ** 2;
/** As many as a table takes, and as many again that are not taken. */
const MOST_CELLS = 2 * TABLE_LIMITS.rows * TABLE_LIMITS.columns;
/** Lines that are judged before the page gets its turn. */
const STRETCH = 2_000;

type Csv = { readonly name: string; readonly cells: readonly (readonly string[])[] };
type Under = { readonly what: 'reading' | 'sending' | 'taking back'; readonly done: number; readonly all: number };

const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export const ImportCsv = ({ table, project, close }: Props) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const { columns } = table;
  const [csv, setCsv] = useState<Csv | null>(null);
  const [wrongFile, setWrongFile] = useState<string | null>(null);
  const [heads, setHeads] = useState(true);
  const [mapping, setMapping] = useState<Mapping>([]);
  const [match, setMatch] = useState('');
  const [judged, setJudged] = useState<Judged | null>(null);
  const [leaveOut, setLeaveOut] = useState(false);
  const [under, setUnder] = useState<Under | null>(null);
  const [sent, setSent] = useState<Sent | null>(null);
  const stop = useRef(new AbortController());
  const turn = useRef(0);
  const number = useMemo(() => new Intl.NumberFormat(i18n.language), [i18n.language]);

  /** Looks at all lines, a stretch at a time; a later look ends an earlier one. */
  const judge = async ({ cells }: Csv, by: Mapping, from: number): Promise<void> => {
    const mine = (turn.current += 1);
    const work = new Judge(columns, by, {
      needed: t('tables.needed'),
      twice: (line) => t('tables.import.twice', { line }),
    });
    setJudged(null);
    for (let at = from; at < cells.length; at += 1) {
      work.add(cells[at] ?? [], at + 1);
      if (at % STRETCH !== 0) continue;
      setUnder({ what: 'reading', done: at, all: cells.length });
      await breath();
      if (turn.current !== mine) return;
    }
    setUnder(null);
    setJudged(work.end());
  };
  const choose = async (file: File | null): Promise<void> => {
    if (file === null) return;
    setWrongFile(null);
    setCsv(null);
    if (file.size > LARGEST)
      return setWrongFile(t('tables.import.large', { most: number.format(LARGEST / 1024 ** 2) }));
    setUnder({ what: 'reading', done: 0, all: 1 });
    const text = textOf(new Uint8Array(await file.arrayBuffer()));
    await breath();
    const cells = readCells(text, MOST_CELLS);
    setUnder(null);
    if (cells === null) return setWrongFile(t('tables.import.cells', { most: number.format(MOST_CELLS) }));
    const [first] = cells;
    if (first === undefined) return setWrongFile(t('tables.import.none'));
    const named = hasHeads(first, columns);
    const read = { name: file.name, cells };
    const by = guessed(first, columns, named);
    setCsv(read);
    setHeads(named);
    setMapping(by);
    await judge(read, by, named ? 1 : 0);
  };
  const remap = (by: Mapping, named: boolean): void => {
    setMapping(by);
    setHeads(named);
    if (csv !== null) void judge(csv, by, named ? 1 : 0).catch(tell);
  };
  const begin = async (): Promise<void> => {
    if (judged === null) return;
    stop.current = new AbortController();
    const all = judged.lines.length;
    setUnder({ what: 'sending', done: 0, all });
    const done = await send(judged.lines, {
      ...{ engine, project, table: table.id, match: match === '' ? [] : [match], signal: stop.current.signal },
      progress: (many) => setUnder({ what: 'sending', done: many, all }),
    });
    setUnder(null);
    setSent(done);
    await Promise.all(['table', 'tables'].map((key) => queries.invalidateQueries({ queryKey: [key, project] })));
  };
  const back = async (): Promise<void> => {
    if (sent === null) return;
    const all = sent.ids.length;
    setUnder({ what: 'taking back', done: 0, all });
    try {
      await takeBack(sent.ids, {
        ...{ engine, project, table: table.id },
        progress: (many) => setUnder({ what: 'taking back', done: many, all }),
      });
      setSent({ ...sent, added: 0, ids: [], left: sent.left + all });
    } finally {
      setUnder(null);
      await Promise.all(['table', 'tables'].map((key) => queries.invalidateQueries({ queryKey: [key, project] })));
    }
  };
  const many = judged?.lines.length ?? 0;
  const tooMany = match === '' && table.rows + many > TABLE_LIMITS.rows;
  const why =
    judged === null
      ? t('tables.import.choose')
      : many === 0
        ? t('tables.import.noRows')
        : judged.wrong > 0 && !leaveOut
          ? t('tables.import.mend')
          : tooMany
            ? t('tables.import.tooMany', { most: number.format(TABLE_LIMITS.rows) })
            : undefined;
  const sending = under !== null && under.what !== 'reading';
  const upsertable = columns.filter(
    (one, index) => one.unique === true && isPlain(one) && (mapping[index] ?? null) !== null,
  );
  return (
    <Modal
      opened
      onClose={() => !sending && close(sent !== null)}
      size="xl"
      title={t('tables.import.of', { name: table.name })}
      closeButtonProps={{ 'aria-label': t('common.close'), disabled: sending }}
      closeOnClickOutside={false}
    >
      <Stack>
        {sent === null && (
          <>
            <Text size="sm">{t('tables.import.lead')}</Text>
            <Group gap="sm">
              <FileButton onChange={(file) => void choose(file).catch(tell)} accept=".csv,.tsv,.txt,text/csv">
                {(props) => (
                  <Button {...props} variant="default" disabled={sending} data-autofocus>
                    {t('tables.import.file')}
                  </Button>
                )}
              </FileButton>
              {csv !== null && (
                <Text size="sm">
                  {t('tables.import.lines', {
                    name: csv.name,
                    count: csv.cells.length - (heads ? 1 : 0),
                    lines: number.format(csv.cells.length - (heads ? 1 : 0)),
                  })}
                </Text>
              )}
            </Group>
            {wrongFile !== null && (
              <Text size="sm" c="var(--hg-failed)" role="alert">
                {wrongFile}
              </Text>
            )}
          </>
        )}
        {csv !== null && sent === null && !sending && (
          <>
            <Checkbox
              label={t('tables.import.heads')}
              checked={heads}
              onChange={(event) => {
                const named = event.currentTarget.checked;
                remap(guessed(csv.cells[0] ?? [], columns, named), named);
              }}
            />
            <Preview
              csv={csv.cells}
              columns={columns}
              heads={heads}
              mapping={mapping}
              judged={judged}
              change={(by) => remap(by, heads)}
            />
            {upsertable.length > 0 && (
              <NativeSelect
                size="sm"
                label={t('tables.import.match')}
                value={match}
                data={[
                  { value: '', label: t('tables.import.matchNone') },
                  ...upsertable.map(({ name }) => ({
                    value: name,
                    label: t('tables.import.matchBy', { column: name }),
                  })),
                ]}
                onChange={(event) => setMatch(event.currentTarget.value)}
              />
            )}
            {judged !== null && judged.wrong > 0 && (
              <Checkbox
                label={t('tables.import.leaveOut', { count: judged.wrong })}
                checked={leaveOut}
                onChange={(event) => setLeaveOut(event.currentTarget.checked)}
              />
            )}
          </>
        )}
        {under !== null && (
          <Stack gap={4}>
            <Text size="sm" role="status">
              {t(
                under.what === 'reading'
                  ? 'tables.import.reading'
                  : under.what === 'sending'
                    ? 'tables.import.sending'
                    : 'tables.import.takingBack',
                { done: number.format(under.done), all: number.format(under.all) },
              )}
            </Text>
            <Progress value={(100 * under.done) / Math.max(1, under.all)} aria-label={t('tables.import.progress')} />
          </Stack>
        )}
        {sent !== null && under === null && <Result sent={sent} back={() => void back().catch(tell)} />}
        <Group justify="end">
          {under?.what === 'sending' && (
            <Button variant="default" onClick={() => stop.current.abort()}>
              {t('tables.import.stop')}
            </Button>
          )}
          {!sending && (
            <Button variant="default" onClick={() => close(sent !== null)}>
              {t(sent === null ? 'common.cancel' : 'common.close')}
            </Button>
          )}
          {sent === null && !sending && (
            <Button disabled={why !== undefined} title={why} onClick={() => void begin().catch(tell)}>
              {t('tables.import.begin', { count: many, rows: number.format(many) })}
            </Button>
          )}
        </Group>
        {sent === null && !sending && why !== undefined && csv !== null && (
          <Text size="xs" c="var(--hg-quiet)" ta="end">
            {why}
          </Text>
        )}
      </Stack>
    </Modal>
  );
};

/** One dataset: its rows in a grid, more of them out of a file, and saving it. */

import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { EVAL_LIMITS } from '@headgate/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { tell } from '../problem/tell.ts';
import { datasetRoute } from '../router/router.tsx';
import { useProject } from '../trust/project-choice.tsx';
import { Refusal } from '../transport/client.ts';
import { Page } from '../ui/page.tsx';
import { saveFile } from '../ui/save-file.ts';
import { ImportRows } from './import-rows.tsx';
import { RowGrid } from './row-grid.tsx';
import { emptyRow, isEmpty, rowsOf } from './rows.ts';
import { type DatasetShown, useDraft } from './use-draft.ts';

export const DatasetPage = () => {
  const { dataset: id } = datasetRoute.useParams();
  const engine = useEngine();
  const project = useProject();
  const dataset = useQuery({
    queryKey: ['dataset', project, id],
    queryFn: ({ signal }) => engine.call('getDataset', { params: { id }, query: { project } }, signal),
    // A draft is made of it: it is read when the page is come to, and not under a hand.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  return (
    <Stack p="md">
      <Loaded query={dataset}>{(one) => <Shown key={one.id} dataset={one} project={project} />}</Loaded>
    </Stack>
  );
};

const Shown = ({ dataset, project }: { readonly dataset: DatasetShown; readonly project: string }) => {
  const { t, i18n } = useTranslation();
  const off = useOff('flow.write');
  const draft = useDraft(dataset, project);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [at, go] = useState({ row: 0, column: 1 });
  const [imports, setImports] = useState(false);
  const { rows, faults, dirty, refused } = draft;
  const number = new Intl.NumberFormat(i18n.language);
  const why =
    off ??
    (rows.length === 0
      ? t('evaluations.dataset.noRows')
      : rows.length > EVAL_LIMITS.rows
        ? t('evaluations.dataset.tooMany', { most: number.format(EVAL_LIMITS.rows) })
        : faults.length > 0
          ? t('evaluations.dataset.mend', { count: faults.length })
          : draft.name.trim() === ''
            ? t('evaluations.dataset.noName')
            : dirty
              ? undefined
              : t('evaluations.dataset.isSaved'));
  const add = (): void => {
    draft.change({ rows: [...rows, emptyRow(rows, t('evaluations.row'))] });
    go({ row: rows.length, column: 1 });
  };
  const stale = refused instanceof Refusal && refused.problem.code === 'dataset.stale';
  return (
    <Page
      title={draft.savedName}
      lead={t('evaluations.dataset.lead')}
      acts={
        <Button
          size="compact-sm"
          loading={draft.saving}
          disabled={why !== undefined}
          title={why}
          onClick={() => draft.save(false)}
        >
          {t('common.save')}
        </Button>
      }
    >
      <Group gap="xs" align="end">
        <TextInput
          label={t('evaluations.name')}
          size="sm"
          w={{ base: '100%', xs: 280 }}
          maxLength={100}
          autoComplete="off"
          value={draft.name}
          disabled={off !== undefined}
          onChange={(event) => draft.change({ name: event.currentTarget.value })}
        />
        <Text size="sm" role="status" pb={8}>
          {t('evaluations.dataset.counted', { count: rows.length, rows: number.format(rows.length) })} ·{' '}
          {dirty ? (faults.length > 0 ? why : t('evaluations.dataset.unsaved')) : t('evaluations.dataset.isSaved')}
        </Text>
      </Group>
      {refused !== null && <FailureView error={refused} />}
      {stale && (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => void draft.reread().catch(tell)}>
            {t('evaluations.dataset.theirs')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => draft.save(true)}>
            {t('evaluations.dataset.mine')}
          </Button>
        </Group>
      )}
      <Group gap="xs">
        <Button size="compact-xs" variant="default" disabled={off !== undefined} title={off} onClick={add}>
          {t('evaluations.dataset.add')}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          disabled={off !== undefined}
          title={off}
          onClick={() => setImports(true)}
        >
          {t('evaluations.import.open')}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          disabled={off !== undefined || draft.undo === undefined}
          title={off ?? (draft.undo === undefined ? t('evaluations.dataset.noUndo') : undefined)}
          onClick={draft.undo}
        >
          {t('common.undo')}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          disabled={off !== undefined || chosen.size === 0}
          title={off ?? (chosen.size === 0 ? t('evaluations.dataset.noneChosen') : undefined)}
          onClick={() => {
            draft.change({ rows: rows.filter(({ id }) => !chosen.has(id)) });
            setChosen(new Set());
          }}
        >
          {t('evaluations.dataset.remove', { count: chosen.size })}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          disabled={faults.length > 0}
          title={faults.length > 0 ? why : undefined}
          onClick={() =>
            saveFile(`${draft.name}.json`, 'application/json', `${JSON.stringify(rowsOf(rows), null, 2)}\n`)
          }
        >
          {t('evaluations.dataset.export')}
        </Button>
      </Group>
      {rows.length === 0 ? (
        <Alert color="gray" variant="outline">
          <Text size="sm">{t('evaluations.dataset.noRows')}</Text>
        </Alert>
      ) : (
        <RowGrid
          label={t('evaluations.dataset.rowsOf', { name: draft.savedName })}
          rows={rows}
          faults={faults}
          off={off}
          undo={draft.undo}
          chosen={chosen}
          choose={setChosen}
          at={at}
          go={go}
          write={(id, part, text) =>
            draft.change({ rows: rows.map((row) => (row.id === id ? { ...row, [part]: text } : row)) })
          }
        />
      )}
      {imports && (
        <ImportRows
          rows={rows}
          close={(made) => {
            setImports(false);
            if (made === null) return;
            // The row that a dataset begins with is none of anybody's.
            const before = made.instead || rows.every(isEmpty) ? [] : rows;
            draft.change({ rows: [...before, ...made.rows] });
            go({ row: before.length, column: 1 });
          }}
        />
      )}
    </Page>
  );
};

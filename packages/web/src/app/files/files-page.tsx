/** Files of a project: gone through folder by folder, looked for, brought in, moved, taken out and deleted. */

import { Anchor, Breadcrumbs, Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { tell } from '../problem/tell.ts';
import { paths } from '../router/paths.ts';
import { filesRoute } from '../router/router.tsx';
import { ProjectChoice, useProject } from '../trust/project-choice.tsx';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';
import { DeleteFiles } from './delete-files.tsx';
import { FileTable } from './file-table.tsx';
import classes from './files.module.css';
import { MoveFiles } from './move-files.tsx';
import { NewFolder } from './new-folder.tsx';
import { type FileShown, Preview } from './preview.tsx';
import { Quota } from './quota.tsx';
import type { FilesSearch } from './search.ts';
import { UploadList } from './upload-list.tsx';
import { uploads } from './uploads.ts';

export const FilesPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const project = useProject();
  const off = useOff('file.write');
  const search = filesRoute.useSearch();
  const { folder = '', find } = search;
  const [chosen, setChosen] = useState<ReadonlyMap<string, FileShown>>(new Map());
  const [acting, setActing] = useState<{ what: 'move' | 'delete'; files: readonly FileShown[] } | null>(null);
  const [making, setMaking] = useState(false);
  const [over, setOver] = useState(false);
  const [of, setOf] = useState(project);
  // What is chosen is of one project, and nothing of it is meant in another.
  if (of !== project) {
    setOf(project);
    setChosen(new Map());
    setActing(null);
  }
  const set = (part: FilesSearch): void => {
    setChosen(new Map());
    void navigate({ to: '/files', search: { ...search, ...part } });
  };
  const list = useInfiniteQuery({
    queryKey: ['files', project, 'list', folder, find ?? ''],
    queryFn: async ({ pageParam, signal }) => {
      const page = { project, limit: '200', ...(pageParam === '' ? {} : { cursor: pageParam }) };
      if (find === undefined)
        return engine.call('listFolder', { query: { ...page, ...(folder === '' ? {} : { folder }) } }, signal);
      const inside = folder === '' ? {} : { prefix: `${folder}/` };
      const found = await engine.call('listFiles', { query: { ...page, ...inside, text: find } }, signal);
      return { ...found, folders: [] };
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  });
  const shown = useQuery({
    queryKey: ['files', project, 'one', search.file],
    enabled: search.file !== undefined,
    queryFn: ({ signal }) => engine.call('getFile', { params: { id: search.file ?? '' }, query: { project } }, signal),
  });
  const refresh = (): void => {
    for (const queryKey of [['files', project], ['usage']]) void queries.invalidateQueries({ queryKey });
  };
  const bring = (files: readonly File[]): void => {
    if (files.length > 0) uploads.add(files, { engine, project, folder, done: refresh });
  };
  const download = ({ id, path }: FileShown): void => {
    const address = engine.path('downloadFile', { params: { id }, query: { project } });
    void engine.transport.save({ path: address, name: path.slice(path.lastIndexOf('/') + 1) }).catch(tell);
  };
  const drag = (event: DragEvent): void => {
    if (off !== undefined || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(event.type === 'dragover');
    if (event.type === 'drop') bring([...event.dataTransfer.files]);
  };
  const parts = folder === '' ? [] : folder.split('/');
  const upload = (
    <FileButton multiple onChange={bring} disabled={off !== undefined}>
      {(props) => (
        <Button {...props} disabled={off !== undefined} title={off}>
          {t('files.upload')}
        </Button>
      )}
    </FileButton>
  );
  const some = [...chosen.values()];
  return (
    <Stack
      p="md"
      className={classes.page}
      data-over={over || undefined}
      onDragOver={drag}
      onDragLeave={drag}
      onDrop={drag}
    >
      <Page
        title={t('files.title')}
        lead={t('files.lead')}
        acts={
          <>
            <Button variant="default" disabled={off !== undefined} title={off} onClick={() => setMaking(true)}>
              {t('files.newFolder')}
            </Button>
            {upload}
          </>
        }
      >
        <ProjectChoice />
        <Quota />
        <UploadList />
        <Group justify="space-between" align="end">
          <Breadcrumbs component="nav" aria-label={t('files.where')}>
            <Anchor component={Link} to={paths.files({ project: search.project })} size="sm">
              {t('files.root')}
            </Anchor>
            {parts.map((name, index) => (
              <Anchor
                key={parts.slice(0, index + 1).join('/')}
                component={Link}
                to={paths.files({ project: search.project, folder: parts.slice(0, index + 1).join('/') })}
                size="sm"
                {...(index === parts.length - 1 ? { 'aria-current': 'page' as const } : {})}
              >
                {name}
              </Anchor>
            ))}
          </Breadcrumbs>
          <TextInput
            key={find ?? ''}
            size="xs"
            type="search"
            label={t('files.find')}
            defaultValue={find ?? ''}
            onBlur={({ currentTarget: { value } }) => {
              if (value !== (find ?? '')) set({ find: value === '' ? undefined : value });
            }}
            onKeyDown={({ key, currentTarget }) => {
              if (key === 'Enter') currentTarget.blur();
            }}
          />
        </Group>
        <Group gap="xs">
          <Button
            size="compact-xs"
            variant="default"
            disabled={off !== undefined || some.length === 0}
            title={off ?? (some.length === 0 ? t('files.noneChosen') : undefined)}
            onClick={() => setActing({ what: 'move', files: some })}
          >
            {t('files.moveChosen', { count: some.length })}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={off !== undefined || some.length === 0}
            title={off ?? (some.length === 0 ? t('files.noneChosen') : undefined)}
            onClick={() => setActing({ what: 'delete', files: some })}
          >
            {t('files.deleteChosen', { count: some.length })}
          </Button>
          <Text size="xs" c="var(--hg-quiet)">
            {t(over ? 'files.drop' : 'files.dropHint')}
          </Text>
        </Group>
        <Loaded query={list}>
          {({ pages }) => {
            const files = pages.flatMap((page) => page.files);
            const folders = pages.flatMap((page) => page.folders);
            return files.length + folders.length === 0 ? (
              <Empty
                text={t(find !== undefined ? 'common.nothingFound' : folder === '' ? 'files.none' : 'files.noneHere')}
                act={find === undefined ? upload : undefined}
              />
            ) : (
              <FileTable
                folders={folders}
                files={files}
                folder={folder}
                project={search.project}
                whole={find !== undefined}
                chosen={chosen}
                choose={(file) =>
                  setChosen((was) => {
                    const next = new Map(was);
                    if (!next.delete(file.id)) next.set(file.id, file);
                    return next;
                  })
                }
                show={(file) => void navigate({ to: '/files', search: { ...search, file: file.id } })}
                download={download}
                move={(file) => setActing({ what: 'move', files: [file] })}
                remove={(file) => setActing({ what: 'delete', files: [file] })}
                off={off}
              />
            );
          }}
        </Loaded>
        {list.hasNextPage && (
          <Button
            variant="default"
            size="compact-sm"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t('common.more')}
          </Button>
        )}
      </Page>
      {search.file !== undefined && (
        <Loaded query={shown} rows={1}>
          {(file) => (
            <Preview
              file={file}
              project={project}
              download={() => download(file)}
              close={() => void navigate({ to: '/files', search: { ...search, file: undefined } })}
            />
          )}
        </Loaded>
      )}
      {making && (
        <NewFolder
          folder={folder}
          close={(made) => {
            setMaking(false);
            if (made !== null) set({ folder: made, find: undefined });
          }}
        />
      )}
      {acting?.what === 'move' && (
        <MoveFiles
          files={acting.files}
          project={project}
          close={() => {
            setActing(null);
            setChosen(new Map());
          }}
        />
      )}
      {acting?.what === 'delete' && (
        <DeleteFiles
          files={acting.files}
          project={project}
          close={(gone) => {
            setActing(null);
            if (gone) setChosen(new Map());
          }}
        />
      )}
    </Stack>
  );
};

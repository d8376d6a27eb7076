/** What can be done with a flow from the list of them: copied, saved as a file, switched on and off, deleted (and had back). */

import { Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { tell } from '../problem/tell.ts';
import type { Answer } from '../transport/client.ts';
import { notify } from '../ui/notices.tsx';
import { saveFile } from '../ui/save-file.ts';

export type FlowRow = Answer<'listFlows'>['flows'][number];

/** `x`, `y`: where it opens, in pixels of the window. */
export type RowWish = { readonly row: FlowRow; readonly x: number; readonly y: number };

type Props = { readonly wish: RowWish; readonly close: () => void };

export const RowMenu = ({ wish: { row, x, y }, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const off = useOff('flow.write');
  const params = { id: row.id };
  const renewed = (): Promise<void> => queries.invalidateQueries({ queryKey: ['flows'] });
  const attempt = (act: () => Promise<unknown>) => (): void => {
    act().then(renewed).catch(tell);
  };

  const copy = async (): Promise<void> => {
    const { draft, project } = await engine.call('getFlow', { params });
    const name = t('flowActs.copyOf', { name: row.name });
    const made = await engine.call('createFlow', { body: { name, draft, project, from: 'file' } });
    await navigate({ to: '/flows/$flow', params: { flow: made.id } });
  };
  const save = async (): Promise<void> => {
    const { draft } = await engine.call('getFlow', { params });
    saveFile(`${row.name}.json`, 'application/json', `${JSON.stringify(draft, null, 2)}\n`);
  };
  const restore = attempt(async () => {
    await engine.call('restoreFlow', { params, body: {} });
    notify({ text: t('flowActs.restored', { name: row.name }) });
  });
  const remove = async (): Promise<void> => {
    await engine.call('deleteFlow', { params });
    notify({
      text: t('flowActs.deleted', { name: row.name }),
      act: { title: t('common.undo'), run: restore },
    });
  };
  const talks = row.triggers.some(({ kind }) => kind === 'chat@1');
  const items = [
    ...(talks
      ? [
          {
            name: t('flowActs.chat'),
            run: async () => void window.open(`${engine.transport.origin}/chat/${row.id}`, '_blank', 'noopener'),
            off: row.version === null ? t('playground.unpublished') : undefined,
          },
        ]
      : []),
    {
      name: t('evaluations.title'),
      run: () => {
        const project = row.project === 'default' ? {} : { project: row.project };
        return navigate({ to: '/evaluations', search: { ...project, flow: row.id } });
      },
      off: undefined,
    },
    { name: t('flowActs.copy'), run: copy, off },
    { name: t('flowActs.save'), run: save, off: undefined },
    {
      name: row.enabled ? t('flowActs.switchOff') : t('flowActs.switchOn'),
      run: () => engine.call('patchFlow', { params, body: { enabled: !row.enabled } }),
      off,
    },
    { name: t('flowActs.delete'), run: remove, off },
  ];
  return (
    <Menu
      opened
      onClose={close}
      position="bottom-end"
      offset={0}
      transitionProps={{ duration: 0 }}
      withinPortal
      returnFocus
    >
      <Menu.Target>
        <span style={{ position: 'fixed', left: x, top: y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t('flows.acts', { name: row.name })}>
        {items.map(({ name, run, off: why }) => (
          <Menu.Item
            key={name}
            disabled={why !== undefined}
            title={why}
            onClick={() => {
              close();
              attempt(run)();
            }}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

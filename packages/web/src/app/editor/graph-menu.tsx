/** What can be done with a box, where it is: the actions of the table, each with its key, or why it cannot be done now. */

import { Kbd, Menu } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { keyText } from '../actions/keys.ts';
import { registry } from '../actions/registry.ts';
import { type ActionName, specOf } from '../actions/table.ts';
import type { MenuWish } from './graph.ts';

const OF_BOX: readonly ActionName[] = [
  'open',
  'rename',
  'add',
  'insert',
  'connect',
  'duplicate',
  'copySteps',
  'disable',
  'breakpoint',
  'group',
  'upstream',
  'downstream',
  'removeJoin',
  'remove',
];
const OF_NOTHING: readonly ActionName[] = ['add', 'note', 'pasteSteps', 'selectAll', 'tidy', 'fitAll', 'minimap'];

type Props = { readonly wish: MenuWish | null; readonly close: () => void };

export const GraphMenu = ({ wish, close }: Props) => {
  const { t } = useTranslation();
  // What can be done changes with the selection, which the click that opens the menu changes.
  useSyncExternalStore(registry.subscribe, registry.version);
  if (wish === null) return null;
  const names = (wish.id === null ? OF_NOTHING : OF_BOX).filter((name) => registry.of(name) !== null);
  return (
    <Menu
      opened
      onClose={close}
      position="bottom-start"
      offset={0}
      transitionProps={{ duration: 0 }}
      withinPortal
      returnFocus
    >
      <Menu.Target>
        <span style={{ position: 'fixed', left: wish.x, top: wish.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t('graph.menu', { name: wish.id ?? t('editor.canvas') })}>
        {names.map((name) => {
          const { title, keys } = specOf(name);
          const off = registry.of(name)?.off;
          return (
            <Menu.Item
              key={name}
              disabled={off !== undefined}
              title={off}
              onClick={() => {
                close();
                registry.run(name);
              }}
              rightSection={keys?.[0] === undefined ? null : <Kbd size="xs">{keyText(keys[0])}</Kbd>}
            >
              {t(`actions.${title}`)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
};

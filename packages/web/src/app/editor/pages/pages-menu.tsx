/** In the head of the editor: Publish, and the way to the other pages of the flow. */

import { Button, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../actions/use-action.ts';
import { type EditorSearch, FLOW_PAGES, paths } from '../../router/paths.ts';
import { useEditor } from '../editor-context.ts';

export const PagesMenu = ({ show }: { readonly show: (part: EditorSearch) => void }) => {
  const { t } = useTranslation();
  const { id, project } = useEditor().draft;
  useAction('publish', () => show({ page: 'publish' }));
  useAction('history', () => show({ page: 'versions' }));
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-sm" variant="default">
            {t('publish.pages.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {FLOW_PAGES.filter((one) => one !== 'publish').map((one) => (
            <Menu.Item key={one} onClick={() => show({ page: one })}>
              {t(`publish.pages.${one}`)}
            </Menu.Item>
          ))}
          <Menu.Item
            component={Link}
            to={paths.evaluations({ project: project === 'default' ? undefined : project, flow: id })}
          >
            {t('evaluations.title')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button size="compact-sm" variant="default" onClick={() => show({ page: 'publish' })}>
        {t('editor.publish')}
      </Button>
    </>
  );
};

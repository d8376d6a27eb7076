/** What lies in a folder: the folders in it, and its files with what can be done to each. */

import { Anchor, Checkbox, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Who } from '../access/who.tsx';
import { paths } from '../router/paths.ts';
import { RowAct } from '../ui/row-act.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import type { FileShown } from './preview.tsx';
import { sizeText } from './size.ts';

type Props = {
  /** Their names. */
  readonly folders: readonly string[];
  readonly files: readonly FileShown[];
  readonly folder: string;
  readonly project: string | undefined;
  /** Files of several folders: each with its whole path. */
  readonly whole: boolean;
  readonly chosen: ReadonlyMap<string, FileShown>;
  readonly choose: (file: FileShown) => void;
  readonly show: (file: FileShown) => void;
  readonly download: (file: FileShown) => void;
  readonly move: (file: FileShown) => void;
  readonly remove: (file: FileShown) => void;
  readonly off: string | undefined;
};

export const FileTable = (props: Props) => {
  const { folders, files, folder, project, whole, chosen, choose, show, download, move, remove, off } = props;
  const { t, i18n } = useTranslation();
  return (
    <Table
      label={t('files.title')}
      heads={[
        { acts: t('files.choose') },
        t('files.name'),
        { number: t('files.size') },
        t('files.type'),
        t('files.by'),
        t('files.changed'),
        { acts: t('common.acts') },
      ]}
    >
      {folders.map((name) => (
        <Row key={`${name}/`}>
          <Cell />
          <Cell fw={600}>
            <Anchor
              component={Link}
              to={paths.files({ project, folder: folder === '' ? name : `${folder}/${name}` })}
              size="sm"
              c="inherit"
              underline="always"
            >
              {name}/
            </Anchor>
          </Cell>
          <Cell />
          <Cell>{t('files.folder')}</Cell>
          <Cell />
          <Cell />
          <Cell />
        </Row>
      ))}
      {files.map((file) => {
        const name = whole ? file.path : file.path.slice(file.path.lastIndexOf('/') + 1);
        return (
          <Row key={file.id}>
            <Cell>
              <Checkbox
                size="xs"
                checked={chosen.has(file.id)}
                onChange={() => choose(file)}
                aria-label={t('files.chooseOf', { name })}
              />
            </Cell>
            <Cell style={{ overflowWrap: 'anywhere' }}>
              <Anchor
                component="button"
                type="button"
                size="sm"
                c="inherit"
                underline="always"
                ta="start"
                onClick={() => show(file)}
              >
                {name}
              </Anchor>
            </Cell>
            <Cell ta="right" className="hg-number">
              {sizeText(file.size, i18n.language)}
            </Cell>
            <Cell>{file.type}</Cell>
            <Cell>
              <Who id={file.by} />
            </Cell>
            <Cell>
              <When iso={file.updated} />
            </Cell>
            <Cell>
              <Group gap={4} justify="end" wrap="nowrap">
                <RowAct of={t('files.downloadOf', { name })} run={() => download(file)}>
                  {t('files.download')}
                </RowAct>
                <RowAct of={t('files.renameOf', { name })} off={off} run={() => move(file)}>
                  {t('files.rename')}
                </RowAct>
                <RowAct of={t('files.deleteOf', { name })} off={off} run={() => remove(file)}>
                  {t('common.delete')}
                </RowAct>
              </Group>
            </Cell>
          </Row>
        );
      })}
    </Table>
  );
};

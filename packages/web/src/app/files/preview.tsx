/**
 * What a file holds, where it is text or a picture. Nothing of it runs or is fetched: text is text on the page, and a picture
 * is drawn from its bytes, in an element in which no script of a file runs.
 */

import { Alert, Button, Group, Modal, ScrollArea, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import type { Answer } from '../transport/client.ts';
import { When } from '../ui/when.tsx';
import { Who } from '../access/who.tsx';
import { sizeText } from './size.ts';

export type FileShown = Answer<'getFile'>;

/** Bytes of a text that are shown; of a picture, all that it has at most. */
const TEXT = 64 * 1024;
const PICTURE = 4 * 1024 ** 2;
const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

const kindOf = ({ type, text, size }: FileShown): 'text' | 'picture' | 'none' =>
  PICTURES.has(type) && size <= PICTURE ? 'picture' : text ? 'text' : 'none';

/** The address that holds the bytes themselves: nothing is asked for. */
const dataUrl = (type: string, bytes: Uint8Array): string => {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return `data:${type};base64,${btoa(binary)}`;
};

type Props = {
  readonly file: FileShown;
  readonly project: string;
  readonly download: () => void;
  readonly close: () => void;
};

export const Preview = ({ file, project, download, close }: Props) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const kind = kindOf(file);
  const part = kind === 'text' && file.size > TEXT;
  const content = useQuery({
    queryKey: ['files', project, 'content', file.id, file.version],
    enabled: kind !== 'none' && file.size > 0,
    gcTime: 0,
    queryFn: ({ signal }) =>
      engine.bytes(
        'downloadFile',
        { params: { id: file.id }, query: { project } },
        { signal, ...(part ? { range: `bytes=0-${TEXT - 1}` } : {}) },
      ),
  });
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  return (
    <Modal opened onClose={close} size="xl" title={name} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        <Text size="sm" c="var(--hg-quiet)" style={{ overflowWrap: 'anywhere' }}>
          {file.path} · {sizeText(file.size, i18n.language)} · {file.type} · <Who id={file.by} /> ·{' '}
          <When iso={file.updated} />
        </Text>
        {kind === 'none' || file.size === 0 ? (
          <Alert color="gray" variant="outline">
            <Text size="sm">{t(file.size === 0 ? 'files.preview.empty' : 'files.preview.none')}</Text>
          </Alert>
        ) : (
          <Loaded query={content}>
            {(bytes) =>
              kind === 'picture' ? (
                <img
                  src={dataUrl(file.type, bytes)}
                  alt={t('files.preview.picture', { name })}
                  style={{ maxWidth: '100%' }}
                />
              ) : (
                <ScrollArea.Autosize
                  mah={440}
                  type="auto"
                  viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': name }}
                >
                  <pre style={{ margin: 0, fontSize: 12, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                    {new TextDecoder().decode(bytes)}
                  </pre>
                </ScrollArea.Autosize>
              )
            }
          </Loaded>
        )}
        {part && <Text size="xs">{t('files.preview.part', { size: sizeText(TEXT, i18n.language) })}</Text>}
        <Group justify="end">
          <Button variant="default" onClick={download}>
            {t('files.download')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

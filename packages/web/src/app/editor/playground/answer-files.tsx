/**
 * Files of an answer, each behind a button.
 *
 * AF1 Nothing loads by itself: a press fetches one. Recordings and pictures of a few kinds are shown from memory; anything else
 *     is kept as a file, whatever type it says (FS-08, LLM-05).
 */

import { Button, Group } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tell } from '../../problem/tell.ts';
import { saveBlob } from '../../ui/save-file.ts';
import { useEditor } from '../editor-context.ts';
import type { Message } from './use-talk.ts';

type Said = Message['files'][number];

const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

const kindOf = (type: string): 'play' | 'show' | 'download' =>
  /^audio\/[a-z0-9.+-]+$/.test(type) ? 'play' : PICTURES.has(type) ? 'show' : 'download';

export const AnswerFiles = ({ message, flow }: { readonly message: Message; readonly flow: string }) => {
  if (message.role !== 'assistant' || message.files.length === 0) return null;
  return (
    <Group gap={6}>
      {message.files.map((file, place) => (
        <AnswerFile key={place} of={file} flow={flow} message={message.id} place={place} />
      ))}
    </Group>
  );
};

type Props = { readonly of: Said; readonly flow: string; readonly message: string; readonly place: number };

const AnswerFile = ({ of: { name, type }, flow, message, place }: Props) => {
  const { t } = useTranslation();
  const { client } = useEditor();
  const [busy, setBusy] = useState(false);
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (url === null) return undefined;
    return () => URL.revokeObjectURL(url);
  }, [url]);
  const kind = kindOf(type);
  const fetched = async (): Promise<void> => {
    setBusy(true);
    try {
      const params = { id: flow, message, n: String(place) };
      const bytes = await client.bytes('getMessageFile', { params, query: { draft: 'true' } });
      const shown = kind === 'download' ? 'application/octet-stream' : type;
      const file = new File([bytes as Uint8Array<ArrayBuffer>], name, { type: shown });
      if (kind === 'download') saveBlob(name, file);
      else setUrl(URL.createObjectURL(file));
    } catch (error) {
      tell(error);
    } finally {
      setBusy(false);
    }
  };
  if (url !== null && kind === 'play') return <audio src={url} controls autoPlay aria-label={name} />;
  if (url !== null) return <img src={url} alt={name} style={{ maxWidth: '100%' }} />;
  return (
    <Button size="compact-xs" variant="default" loading={busy} onClick={() => void fetched()}>
      {t(`playground.ofAnswer.${kind}`, { name })}
    </Button>
  );
};

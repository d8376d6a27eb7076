/** Adding a model to the server: from an address that the server gets it at, or from a file that is sent as it is chosen. */

import { Button, FileButton, Group, Modal, Progress, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { sizeText } from '../../files/size.ts';
import { FailureView } from '../../problem/problem-view.tsx';

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const SUM = /^[0-9a-fA-F]{64}$/;
const ADDRESS = /^https?:\/\//;

/** A name for what lies at an address, or is called so; the person changes it as they like. */
const suggested = (from: string): string => {
  const last = (from.split(/[?#]/)[0] ?? '').split(/[/\\]/).at(-1) ?? '';
  return last
    .toLowerCase()
    .replace(/\.gguf$/, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63);
};

type Props = {
  readonly close: () => void;
  /** It is there, or on its way. */
  readonly done: () => void;
  readonly arrived: (name: string) => void;
};

export const LocalModelForm = ({ close, done, arrived }: Props) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const [from, setFrom] = useState<'url' | 'file'>('url');
  const [url, setUrl] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [typed, setName] = useState<string | null>(null);
  const [sum, setSum] = useState('');
  const [sent, setSent] = useState(0);
  const stop = useRef<AbortController | null>(null);
  const name = typed ?? suggested(from === 'url' ? url : (file?.name ?? ''));
  const sha256 = sum.trim() === '' ? {} : { sha256: sum.trim() };
  const add = useMutation({
    mutationFn: async () => {
      if (from === 'url') return void (await engine.call('fetchLocalModel', { body: { name, url, ...sha256 } }));
      if (file === null) return;
      const controller = new AbortController();
      stop.current = controller;
      setSent(0);
      try {
        await engine.upload('putLocalModel', { query: { name, ...sha256 } }, file, {
          signal: controller.signal,
          progress: setSent,
        });
        arrived(name);
      } catch (error) {
        if (!controller.signal.aborted) throw error;
      }
    },
    onSuccess: done,
  });
  const leave = (): void => {
    stop.current?.abort();
    close();
  };
  const nameOk = NAME.test(name);
  const urlOk = ADDRESS.test(url) && URL.canParse(url);
  const sumOk = sum.trim() === '' || SUM.test(sum.trim());
  const whole = nameOk && sumOk && (from === 'url' ? urlOk : file !== null);
  return (
    <Modal
      opened
      onClose={leave}
      size="lg"
      title={t('models.here.add')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (whole) add.mutate();
        }}
      >
        <Stack>
          <Radio.Group
            label={t('models.here.from')}
            value={from}
            onChange={(value) => setFrom(value === 'file' ? 'file' : 'url')}
          >
            <Group mt={4}>
              <Radio value="url" label={t('models.here.fromUrl')} />
              <Radio value="file" label={t('models.here.fromFile')} />
            </Group>
          </Radio.Group>
          {from === 'url' ? (
            <TextInput
              label={t('models.here.url')}
              description={t('models.here.urlHint')}
              value={url}
              required
              error={url !== '' && !urlOk ? t('models.here.urlWrong') : undefined}
              onChange={(event) => setUrl(event.currentTarget.value)}
              autoComplete="off"
            />
          ) : (
            <Group>
              <FileButton accept=".gguf" onChange={setFile}>
                {(props) => (
                  <Button variant="default" {...props}>
                    {t('models.here.choose')}
                  </Button>
                )}
              </FileButton>
              {file !== null && (
                <Text size="sm" role="status">
                  {t('models.here.chosen', { name: file.name, size: sizeText(file.size, i18n.language) })}
                </Text>
              )}
            </Group>
          )}
          <TextInput
            label={t('models.name')}
            description={t('models.here.nameHint', { name: nameOk ? name : '…' })}
            value={name}
            required
            error={name !== '' && !nameOk ? t('models.here.nameWrong') : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="off"
          />
          <TextInput
            label={t('models.here.sum')}
            description={t('models.here.sumHint')}
            value={sum}
            error={sumOk ? undefined : t('models.here.sumWrong')}
            onChange={(event) => setSum(event.currentTarget.value)}
            autoComplete="off"
          />
          {add.isPending && from === 'file' && file !== null && (
            <Stack gap={4}>
              <Text size="xs">
                {t('models.here.sent', {
                  sent: sizeText(sent, i18n.language),
                  size: sizeText(file.size, i18n.language),
                })}
              </Text>
              <Progress
                value={(100 * sent) / Math.max(1, file.size)}
                size="sm"
                aria-label={t('models.here.progressOf', { name })}
              />
            </Stack>
          )}
          {add.error !== null && <FailureView error={add.error} />}
          <Group justify="end">
            <Button variant="default" onClick={leave}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={add.isPending} disabled={!whole}>
              {t('models.here.add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

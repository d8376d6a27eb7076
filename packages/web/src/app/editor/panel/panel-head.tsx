/** The head of the panel: the name, which is changed in place, kind, id, and what can be done with the step as a whole. */

import { ActionIcon, Button, CloseButton, Group, Text, TextInput } from '@mantine/core';
import type { Step, Trigger } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keyText } from '../../actions/keys.ts';
import { specOf } from '../../actions/table.ts';
import { useDoing } from '../../actions/use-action.ts';
import { titleOf, useEditor, useWatched } from '../editor-context.ts';
import { StateMark } from '../run/state-mark.tsx';
import { useTyped } from './form/use-typed.ts';
import classes from './panel.module.css';
import { setEdit } from './settings/owner.ts';

type Props = {
  readonly thing: Step | Trigger;
  readonly isStep: boolean;
  readonly close: () => void;
  readonly rekeyed: (id: string) => void;
};

export const PanelHead = ({ thing, isStep, close, rekeyed }: Props) => {
  const { t } = useTranslation();
  const { kinds, commands } = useEditor();
  const { fold } = useWatched();
  const previous = useDoing('previous');
  const next = useDoing('next');
  const run = useDoing('runStep');
  const { id } = thing;
  const typed = useTyped(thing.name ?? '', (text) =>
    commands.change(setEdit(id, isStep, ['name'], text.trim() === '' ? undefined : text)),
  );
  const [key, setKey] = useState<string | null>(null);
  const rekey = (): void => {
    const to = key?.trim() ?? '';
    setKey(null);
    if (to !== '' && to !== id && commands.rename(id, to)) rekeyed(to);
  };
  const runOff = run === null ? t('panel.runOff') : run.off;
  return (
    <div className={classes.head}>
      <Group gap={6} wrap="nowrap">
        <StateMark state={fold.steps.get(id)?.state ?? null} />
        <TextInput
          variant="unstyled"
          size="sm"
          fw={600}
          style={{ flex: 1, minWidth: 80 }}
          styles={{ input: { fontWeight: 600, fontSize: 15 } }}
          aria-label={t('panel.stepName')}
          placeholder={id}
          value={typed.text}
          onChange={(event) => typed.change(event.currentTarget.value)}
          onBlur={typed.flush}
          onKeyDown={(event) => {
            if (event.key === 'Enter') typed.flush();
          }}
        />
        <ActionIcon
          size={26}
          variant="subtle"
          color="gray"
          aria-label={t('actions.previous')}
          title={`${t('actions.previous')} [`}
          onClick={() => previous?.run()}
        >
          <span aria-hidden>‹</span>
        </ActionIcon>
        <ActionIcon
          size={26}
          variant="subtle"
          color="gray"
          aria-label={t('actions.next')}
          title={`${t('actions.next')} ]`}
          onClick={() => next?.run()}
        >
          <span aria-hidden>›</span>
        </ActionIcon>
        <CloseButton aria-label={t('editor.panel.close')} onClick={close} />
      </Group>
      <Group gap="xs" mt={4}>
        <Text size="xs" c="var(--hg-quiet)">
          {titleOf(kinds, thing.kind)}
        </Text>
        {key === null ? (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            ff="monospace"
            title={t('panel.changeId')}
            aria-label={t('panel.idIs', { id })}
            onClick={() => setKey(id)}
          >
            {id}
          </Button>
        ) : (
          <TextInput
            size="xs"
            w={160}
            autoFocus
            aria-label={t('panel.newId')}
            ff="monospace"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            onBlur={rekey}
            onKeyDown={(event) => {
              if (event.key === 'Enter') rekey();
              if (event.key === 'Escape') setKey(null);
            }}
          />
        )}
        <Group gap="xs" ml="auto">
          <Button size="compact-sm" variant="default" onClick={() => commands.toggle([id])}>
            {t(thing.disabled === true ? 'panel.enable' : 'panel.disable')}
          </Button>
          {isStep && (
            <Button
              size="compact-sm"
              disabled={runOff !== undefined}
              title={runOff ?? keyText(specOf('runStep').keys?.[0] ?? '')}
              onClick={() => run?.run()}
            >
              {t('actions.runStep')}
            </Button>
          )}
        </Group>
      </Group>
      {thing.note !== undefined && (
        <Text size="xs" mt={4} lineClamp={2}>
          {thing.note}
        </Text>
      )}
    </div>
  );
};

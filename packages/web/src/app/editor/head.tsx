/** The head of the editor: the flow's name, what became of the last edit, the view, running and publishing. */

import { ActionIcon, Button, Group, SegmentedControl, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Doing } from '../actions/registry.ts';
import { useAction, useDoing } from '../actions/use-action.ts';
import type { EditorSearch } from '../router/paths.ts';
import { Status } from './draft/status.tsx';
import { useEditor, useFlow } from './editor-context.ts';
import { NameField } from './name-field.tsx';
import { PagesMenu } from './pages/pages-menu.tsx';
import { Assistant, Playground } from './parts.ts';
import { chatOf } from './playground/chat-of.ts';
import { Presence } from './presence.tsx';
import { ProblemsButton } from './problems/problems-button.tsx';
import { RunButton } from './run/run-button.tsx';

type Props = {
  readonly view: 'canvas' | 'outline';
  readonly show: (part: EditorSearch) => void;
  /** Whom the author talks to now: the draft, or the assistant. */
  readonly talk: EditorSearch['talk'];
};

export const Head = ({ view, show, talk }: Props) => {
  const { t } = useTranslation();
  const answers = chatOf(useFlow()) !== undefined;
  const undo = useDoing('undo');
  const redo = useDoing('redo');
  useAction('assistant', () => show({ talk: 'build' }));
  return (
    <Group
      px="md"
      py={6}
      gap="sm"
      style={{ borderBottom: '1px solid var(--hg-line)', background: 'var(--hg-surface)' }}
    >
      <FlowName />
      <Status />
      <Presence />
      <SegmentedControl
        size="xs"
        aria-label={t('editor.view')}
        value={view}
        onChange={(value) => show({ view: value === 'outline' ? 'outline' : 'canvas' })}
        data={[
          { value: 'canvas', label: t('editor.canvas') },
          { value: 'outline', label: t('editor.outline') },
        ]}
      />
      <Group gap={4} wrap="nowrap">
        <Back doing={undo} name={t('actions.undo')} sign="↶" />
        <Back doing={redo} name={t('actions.redo')} sign="↷" />
      </Group>
      <Group ml="auto" gap="xs">
        {answers && (
          <Button
            size="compact-sm"
            variant={talk === 'on' ? 'light' : 'default'}
            aria-expanded={talk === 'on'}
            onPointerEnter={Playground.warm}
            onFocus={Playground.warm}
            onClick={() => show({ talk: talk === 'on' ? undefined : 'on' })}
          >
            {t('playground.open')}
          </Button>
        )}
        <Button
          size="compact-sm"
          variant={talk === 'build' ? 'light' : 'default'}
          aria-expanded={talk === 'build'}
          onPointerEnter={Assistant.warm}
          onFocus={Assistant.warm}
          onClick={() => show({ talk: talk === 'build' ? undefined : 'build' })}
        >
          {t('assistant.open')}
        </Button>
        <PagesMenu show={show} />
        <ProblemsButton show={show} />
        <RunButton show={show} />
      </Group>
    </Group>
  );
};

/** The name of the flow, changed where it stands: an edit like any other, which undo takes back. */
const FlowName = () => {
  const { t } = useTranslation();
  const { commands } = useEditor();
  const { name } = useFlow();
  const [renaming, setRenaming] = useState(false);
  if (renaming)
    return (
      <div style={{ width: 240 }}>
        <NameField
          id=""
          name={name}
          done={() => setRenaming(false)}
          save={(text) => {
            const value = text.trim();
            if (value !== '') commands.change({ do: 'set', of: null, path: ['name'], value });
          }}
        />
      </div>
    );
  return (
    <UnstyledButton
      fw={600}
      maw={320}
      title={`${t('actions.rename')}: ${name}`}
      onClick={() => setRenaming(true)}
      style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
    >
      {name}
    </UnstyledButton>
  );
};

type BackProps = { readonly doing: Doing | null; readonly name: string; readonly sign: string };

const Back = ({ doing, name, sign }: BackProps) => (
  <ActionIcon
    size={26}
    variant="default"
    aria-label={name}
    title={doing?.off ?? name}
    disabled={doing?.off !== undefined}
    onClick={() => doing?.run()}
  >
    <span aria-hidden>{sign}</span>
  </ActionIcon>
);

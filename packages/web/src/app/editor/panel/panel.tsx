/** The panel of a step, beside the flow: what came in, what it is set to, what came out. */

import { CloseButton, Code, Group, JsonInput, ScrollArea, Tabs, Title } from '@mantine/core';
import { everyStep, type Json } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditorSearch } from '../../router/paths.ts';
import { useEditor, useFlow, useWatched } from '../editor-context.ts';
import { ProblemView } from '../../problem/problem-view.tsx';
import classes from './panel.module.css';

type Props = {
  readonly step: string;
  readonly tab: string | undefined;
  readonly show: (part: EditorSearch, replace?: boolean) => void;
};

export const Panel = ({ step: id, tab = 'settings', show }: Props) => {
  const { t } = useTranslation();
  const flow = useFlow();
  const { commands } = useEditor();
  const { fold } = useWatched();
  const step = [...everyStep(flow)].find((one) => one.id === id);
  const trigger = (flow.triggers ?? []).find((one) => one.id === id);
  const thing = step ?? trigger;
  const [text, setText] = useState(() => JSON.stringify(thing?.with ?? {}, null, 2));
  const { problem = null, out = null } = fold.steps.get(id) ?? {};
  if (thing === undefined) return null;
  const save = (): void => {
    try {
      const value = JSON.parse(text) as Json;
      if (JSON.stringify(value) === JSON.stringify(thing.with ?? {})) return;
      commands.change({ do: 'set', of: step === undefined ? { trigger: id } : { step: id }, path: ['with'], value });
    } catch {
      // The field says what is wrong with the text.
    }
  };
  return (
    <aside className={classes.panel} aria-label={t('editor.panel.title', { name: thing.name ?? id })}>
      <Group justify="space-between" p="xs">
        <Title order={2} size="h5">
          {thing.name ?? id}
        </Title>
        <CloseButton aria-label={t('editor.panel.close')} onClick={() => show({ step: undefined, tab: undefined })} />
      </Group>
      <Tabs value={tab} onChange={(value) => show({ tab: value ?? undefined }, true)} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="input">{t('editor.panel.input')}</Tabs.Tab>
          <Tabs.Tab value="settings">{t('editor.panel.settings')}</Tabs.Tab>
          <Tabs.Tab value="output">{t('editor.panel.output')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings" p="xs">
          <JsonInput
            label={t('editor.panel.settings')}
            value={text}
            onChange={setText}
            onBlur={save}
            autosize
            minRows={8}
            formatOnBlur
          />
        </Tabs.Panel>
        <Tabs.Panel value="output" p="xs">
          <ScrollArea>
            {problem !== null && <ProblemView problem={problem} />}
            {out !== null && <Code block>{JSON.stringify('value' in out ? out.value : out, null, 2)}</Code>}
          </ScrollArea>
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
};

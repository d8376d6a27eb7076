/** Runs the draft as it is on the screen, after it is at the engine: all of it, or a part, saying what that will be. */

import { Button, Group, Menu, Popover, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../actions/use-action.ts';
import type { EditorSearch } from '../../router/paths.ts';
import { Refusal } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { askToTell, useRunSign } from '../../ui/run-sign.ts';
import { ago } from '../../ui/when.tsx';
import { useEditor, useFlow, useSelected, useWatched } from '../editor-context.ts';
import { InputForm } from './input-form.tsx';
import { BreaksButton, useBreaks } from './breaks-button.tsx';
import { type Known, type Mode, told } from './part.ts';
import { PinsButton } from './pins-button.tsx';
import { useBeside, useKept } from './use-beside.ts';

/** `fresh`: nothing of an earlier run is taken over. */
type Part = { readonly mode: Mode; readonly fresh?: boolean } | null;

const failed = (title: string) => (error: unknown) =>
  notify(error instanceof Refusal ? { problem: error.problem } : { text: title });

export const RunButton = ({ show }: { readonly show: (part: EditorSearch) => void }) => {
  const { t, i18n } = useTranslation();
  const { client, draft, selection } = useEditor();
  const flow = useFlow();
  const kept = useKept();
  const { input, pins } = useBeside();
  const breakpoints = useBreaks();
  const { run: watched, now: fold } = useWatched();
  const selected = useSelected();
  const [filling, setFilling] = useState(false);
  const started = useRef(new Map<string, Omit<Known, 'fold' | 'run'>>());
  const known = useMemo((): Known | null => {
    const from = watched === null ? undefined : started.current.get(watched);
    return watched === null || from === undefined ? null : { run: watched, ...from, fold };
  }, [watched, fold]);
  const values = useMemo(() => Object.fromEntries(Object.entries(pins).map(([id, pin]) => [id, pin.value])), [pins]);
  const there = Object.fromEntries(Object.entries(values).filter(([id]) => flow.steps.some((step) => step.id === id)));

  const run = useMutation({
    mutationFn: async (part: Part) => {
      askToTell();
      await draft.flush();
      const flowNow = draft.state().flow;
      const reuse = part === null || part.fresh === true || known === null ? {} : { reuse: known.run };
      const made = await client.call('startRun', {
        params: { id: draft.id },
        body: {
          draft: true,
          input,
          ...(Object.keys(there).length === 0 ? {} : { pins: there }),
          ...(breakpoints.length === 0 ? {} : { breakpoints: [...breakpoints] }),
          ...(part === null ? {} : { ...part.mode, ...reuse }),
        },
      });
      started.current.set(made.id, { flow: flowNow, input });
      return made;
    },
    onSuccess: ({ id }) => {
      setFilling(false);
      show({ run: id });
    },
    onError: (error) => {
      failed(t('common.unreached.title'))(error);
      // What it lacks is filled in right here.
      if (flow.input !== undefined && error instanceof Refusal && error.problem.code === 'input.invalid')
        setFilling(true);
    },
  });
  const live = watched !== null && fold.last > 0 && fold.ended === null;
  useRunSign(flow.name, watched === null || fold.last === 0 ? null : fold.state);
  const cancel = useMutation({
    mutationFn: () => client.call('cancelRun', { params: { id: watched ?? '' }, body: {} }),
    // Said when the engine has said it, and not before.
    onSuccess: () => notify({ text: t('runs.cancelled') }),
    onError: failed(t('common.unreached.title')),
  });

  const last = selection.last();
  const step = selected.size > 0 && flow.steps.some(({ id }) => id === last) ? last : null;
  const says = (mode: Mode, from: Known | null): string => {
    const what = told(flow, mode, from, input, there);
    if (what === null) return '';
    const runs = t('running.runs', { count: what.runs });
    const made = from?.fold.created ?? null;
    if (what.reused === 0 || made === null) return runs;
    const age = ago(new Date(made).toISOString(), i18n.language);
    return t('running.reuses', { count: what.reused, runs, age });
  };
  useAction('runFlow', () => run.mutate(null));
  useAction(
    'runStep',
    () => step !== null && run.mutate({ mode: { to: step } }),
    step === null ? t('actions.off.nothing') : undefined,
  );
  useAction('stop', () => cancel.mutate(), live ? undefined : t('editor.noRun'));
  const out = step === null ? null : (fold.steps.get(step)?.out ?? null);
  const pinned = step !== null && Object.hasOwn(pins, step);
  useAction(
    'pin',
    () => {
      if (step === null) return;
      if (pinned) kept.unpin(step);
      else if (out !== null && 'value' in out) kept.pin(step, { value: out.value, at: Date.now(), run: watched });
      notify({ text: t(pinned ? 'running.unpinned' : 'running.pinned', { step }) });
    },
    step === null
      ? t('running.pinOffTrigger')
      : pinned || (out !== null && 'value' in out)
        ? undefined
        : t('running.pinOff'),
  );

  return (
    <Group gap={6} justify="end">
      <BreaksButton />
      <PinsButton />
      {live && (
        <Button
          size="compact-sm"
          color="red"
          variant="outline"
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          {t('runs.cancel')}
        </Button>
      )}
      {flow.input !== undefined && (
        <Popover width={360} position="bottom-end" trapFocus opened={filling} onChange={setFilling}>
          <Popover.Target>
            <Button size="compact-sm" variant="default" onClick={() => setFilling((was) => !was)}>
              {t('running.input')}
            </Button>
          </Popover.Target>
          <Popover.Dropdown aria-label={t('running.inputTitle')}>
            <Stack gap="xs" mah={480} style={{ overflowY: 'auto' }}>
              <InputForm schema={flow.input} value={input} set={(value) => kept.input(value ?? {})} />
            </Stack>
          </Popover.Dropdown>
        </Popover>
      )}
      {step !== null && (
        <>
          <Button
            size="compact-sm"
            variant="light"
            loading={run.isPending}
            onClick={() => run.mutate({ mode: { to: step } })}
            aria-keyshortcuts="Control+Enter"
          >
            {t('running.step')}
            <Text span size="xs" ml={8} truncate maw={180} title={says({ to: step }, known)}>
              {says({ to: step }, known)}
            </Text>
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="compact-sm" variant="light" aria-label={t('running.more')} px={6}>
                ▾
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => run.mutate({ mode: { to: step }, fresh: true })}>
                {t('running.to')}: {says({ to: step }, null)}
              </Menu.Item>
              <Menu.Item onClick={() => run.mutate({ mode: { from: step } })}>
                {t('running.from')}: {says({ from: step }, known)}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      )}
      <Button
        size="compact-sm"
        loading={run.isPending}
        onClick={() => run.mutate(null)}
        aria-keyshortcuts="Control+Shift+Enter"
      >
        {t('editor.runFlow')}
      </Button>
    </Group>
  );
};

/**
 * The strip of a run that is held: before which steps, and the ways on. It says so to who hears the page, and opens the step
 * that is held, unless somebody is at work in another.
 */

import { Anchor, Button, Group, Kbd, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction, useDoing } from '../../actions/use-action.ts';
import type { EditorSearch } from '../../router/paths.ts';
import { announce } from '../../ui/announce.ts';
import { useEditor } from '../editor-context.ts';
import { type HeldAt, useHeld } from './use-held.ts';

type Props = { readonly show: (part: EditorSearch, replace?: boolean) => void; readonly open: string | undefined };

const named = ({ step, item }: HeldAt): string =>
  item.length === 0 ? step : `${step} ${item.map((index) => `#${index + 1}`).join(' ')}`;

/** Is somebody typing, or about to, in the panel or in a field? */
const atWork = (): boolean => {
  const at = document.activeElement;
  return at !== null && at.closest('aside, input, textarea') !== null;
};

export const Holding = ({ show, open }: Props) => {
  const { t } = useTranslation();
  const { selection } = useEditor();
  const { all, unready, goOn, busy } = useHeld();
  const stop = useDoing('stop');
  const [first] = all;
  const current = all.find(({ step }) => step === open) ?? all.find(({ step }) => selection.has(step)) ?? first;
  const off = (which: readonly HeldAt[]): string | undefined =>
    which.length === 0 ? t('held.nothing') : unready(which);
  const one = current === undefined ? [] : [current];
  useAction('goOn', () => goOn('continue', all), off(all));
  useAction('stepOn', () => goOn('step', one), off(one));

  const keys = all.map(({ key }) => key).join('\n');
  const before = useRef('');
  useEffect(() => {
    const known = new Set(before.current.split('\n'));
    before.current = keys;
    const fresh = all.filter(({ key }) => !known.has(key));
    const [next] = fresh;
    if (next === undefined) return;
    announce(t('held.now', { steps: fresh.map(named).join(', ') }));
    if (atWork()) return;
    selection.set([next.step]);
    show({ step: next.step, tab: undefined }, true);
  }, [keys, all, selection, show, t]);

  if (first === undefined) return null;
  return (
    <Group
      gap="sm"
      role="group"
      aria-label={t('held.title')}
      style={{ borderTop: '1px solid var(--hg-line)', background: 'var(--hg-surface)', padding: '6px 16px' }}
    >
      <Text size="sm" fw={600} c="var(--hg-waiting)">
        <span aria-hidden style={{ marginInlineEnd: 6 }}>
          ‖
        </span>
        {t('held.before')}
      </Text>
      {all.map((held) => (
        <Anchor key={held.key} component="button" type="button" size="sm" onClick={() => show({ step: held.step })}>
          {named(held)}
        </Anchor>
      ))}
      <Group gap={6} ml="auto">
        <Button
          size="compact-sm"
          loading={busy}
          disabled={off(all) !== undefined}
          title={off(all)}
          aria-keyshortcuts="F8"
          rightSection={<Kbd size="xs">F8</Kbd>}
          onClick={() => goOn('continue', all)}
        >
          {t('held.continue')}
        </Button>
        <Button
          size="compact-sm"
          variant="light"
          loading={busy}
          disabled={off(one) !== undefined}
          title={off(one)}
          aria-keyshortcuts="F10"
          rightSection={<Kbd size="xs">F10</Kbd>}
          onClick={() => goOn('step', one)}
        >
          {t('held.step', { step: current === undefined ? '' : named(current) })}
        </Button>
        <Button size="compact-sm" variant="outline" color="red" onClick={() => stop?.run()}>
          {t('held.cancel')}
        </Button>
      </Group>
    </Group>
  );
};

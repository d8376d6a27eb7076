/** A held step in its panel: what it is about to be given, to be looked at and changed, and the ways on. */

import { Button, Group, JsonInput, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../problem/problem-view.tsx';
import { useSignedIn } from '../../shell/signed-in.ts';
import { useWatched } from '../editor-context.ts';
import { heldEdits } from './held-edits.ts';
import { type Held, type HeldAt, useHeld } from './use-held.ts';
import { growing } from '../../ui/growing.ts';

export const HeldPane = ({ step }: { readonly step: string }) => {
  const { t } = useTranslation();
  const held = useHeld();
  const mine = held.all.filter((one) => one.step === step);
  const [chosen, choose] = useState('');
  const one = mine.find(({ key }) => key === chosen) ?? mine[0];
  if (one === undefined) return null;
  return (
    <Stack
      component="section"
      gap="xs"
      p="sm"
      aria-label={t('held.title')}
      style={{ borderBottom: '1px solid var(--hg-line)', background: 'var(--hg-surface)' }}
    >
      <Group gap="sm">
        <Text size="sm" fw={600} c="var(--hg-waiting)">
          <span aria-hidden style={{ marginInlineEnd: 6 }}>
            ‖
          </span>
          {t('held.this')}
        </Text>
        {mine.length > 1 && (
          <NativeSelect
            size="xs"
            aria-label={t('held.item')}
            value={one.key}
            data={mine.map(({ key, item }) => ({
              value: key,
              label: t('held.itemNumber', { number: item.map((index) => index + 1).join('.') }),
            }))}
            onChange={({ currentTarget }) => choose(currentTarget.value)}
          />
        )}
      </Group>
      <Given key={one.key} one={one} held={held} />
    </Stack>
  );
};

const Given = ({ one, held }: { readonly one: HeldAt; readonly held: Held }) => {
  const { t } = useTranslation();
  const { now } = useWatched();
  const account = useSignedIn();
  const { key, input, problem } = one;
  const own = input !== null && 'value' in input ? JSON.stringify(input.value, null, 2) : '';
  const typed = held.edits.get(key);
  const text = typed ?? own;
  const unready = held.unready([one]);
  const me = typeof account === 'object' && account !== null ? account.id : null;
  const other = me !== null && now.principal !== null && now.principal !== me;
  const large = input !== null && 'blob' in input;
  return (
    <>
      {problem !== null && <ProblemView problem={problem} />}
      {large ? (
        <Text size="sm">{t('held.large', { size: input.size })}</Text>
      ) : (
        <JsonInput
          label={t('held.input')}
          description={other ? t('held.notMine') : typed === undefined ? t('held.lead') : t('held.edited')}
          size="xs"
          {...growing(3, 14, { fontFamily: 'monospace' })}
          readOnly={other}
          value={text}
          onChange={(next) => heldEdits.set(key, next === own ? null : next)}
          error={unready}
        />
      )}
      <Group gap={6}>
        <Button
          size="compact-sm"
          loading={held.busy}
          disabled={unready !== undefined}
          title={unready}
          aria-keyshortcuts="F8"
          onClick={() => held.goOn('continue', [one])}
        >
          {t(typed === undefined ? 'held.continueThis' : 'held.continueWith')}
        </Button>
        <Button
          size="compact-sm"
          variant="light"
          loading={held.busy}
          disabled={unready !== undefined}
          title={unready}
          aria-keyshortcuts="F10"
          onClick={() => held.goOn('step', [one])}
        >
          {t('held.stepThis')}
        </Button>
        {typed !== undefined && (
          <Button size="compact-sm" variant="default" onClick={() => heldEdits.set(key, null)}>
            {t('held.reset')}
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {t('held.cap')}
      </Text>
    </>
  );
};

/**
 * What a step can use and what it was given: the input of the run and the results of steps before it, from which values go
 * into its fields; and what it was given in the run, as the engine works it out from the journal.
 */

import { Badge, Group, NativeSelect, Text } from '@mantine/core';
import { everyStep, graphOf } from '@headgate/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Source } from '../../../data/source.ts';
import { ValueView } from '../../../data/value-view.tsx';
import { useEditor, useFlow, useWatched } from '../../editor-context.ts';
import { instancesOf } from './instances.ts';
import { ItemChoice } from './item-choice.tsx';
import { useLook } from './use-look.ts';
import { useUse } from './use-use.ts';

/** Ids of steps are lower case: these are none. */
const GIVEN = 'GIVEN';
const INPUT = 'INPUT';

export const InputPane = ({ step }: { readonly step: string }) => {
  const { t } = useTranslation();
  const { draft } = useEditor();
  const flow = useFlow();
  const { events, run, at } = useWatched();
  const { search, show } = useLook();
  const use = useUse();
  const before = useMemo(() => {
    const graph = graphOf(flow);
    const here = graph.byId.get(step);
    if (here === undefined) return [];
    return graph.nodes.filter((one) => graph.byId.get(one.id) === one && graph.upstream(one, here)).map(({ id }) => id);
  }, [flow, step]);
  const mine = useMemo(() => instancesOf(events, step, at), [events, step, at]);
  if (run === null) return <Text size="sm">{t('panel.data.noRun')}</Text>;

  const from = [GIVEN, INPUT, ...before].find((one) => one === search.from) ?? GIVEN;
  const nameOf = (id: string): string => [...everyStep(flow)].find((one) => one.id === id)?.name ?? id;
  const item =
    mine.items.find((one) => one.item === search.item)?.item ??
    (mine.whole === null ? mine.items.at(-1)?.item : undefined);
  const of = (): { source: Source; base: string | null } | null => {
    if (from === INPUT) return { source: { run, which: { seq: '1', of: 'input' } }, base: 'input' };
    if (from === GIVEN)
      return mine.begun
        ? { source: { run, which: { step, side: 'in', ...(item === undefined ? {} : { item }) } }, base: null }
        : null;
    const { whole, items } = instancesOf(events, from, at);
    const seq = whole ?? items.find((one) => one.item === item)?.seq ?? items.at(-1)?.seq;
    return seq === undefined ? null : { source: { run, which: { seq: String(seq) } }, base: `steps.${from}` };
  };
  const shown = of();
  return (
    <>
      <Group gap="xs" mb={8} align="end">
        <NativeSelect
          size="xs"
          label={t('data.from')}
          value={from}
          onChange={({ currentTarget }) =>
            show({ from: currentTarget.value === GIVEN ? undefined : currentTarget.value, fromAt: undefined })
          }
          data={[
            { value: GIVEN, label: t('data.given') },
            { value: INPUT, label: t('data.runInput') },
            ...before.map((id) => ({ value: id, label: t('data.outputOf', { step: nameOf(id) }) })),
          ]}
        />
        {from === GIVEN && mine.begun && (
          <Badge variant="default" size="sm" title={t('data.computedHint')} style={{ textTransform: 'none' }}>
            {t('data.computed')}
          </Badge>
        )}
      </Group>
      {from === GIVEN && mine.items.length > 0 && (
        <ItemChoice instances={mine} item={item} choose={(to) => show({ item: to, fromAt: undefined })} />
      )}
      {shown === null ? (
        <Text size="sm">{t('data.notBegun')}</Text>
      ) : (
        <ValueView
          source={shown.source}
          label={t('editor.panel.input')}
          look={{ as: search.fromAs, at: search.fromAt }}
          show={(part) =>
            show({
              ...('as' in part ? { fromAs: part.as } : {}),
              ...('at' in part ? { fromAt: part.at } : {}),
            })
          }
          base={shown.base}
          compare={
            from === GIVEN
              ? { flow: draft.id, which: { step, side: 'in', ...(item === undefined ? {} : { item }) } }
              : null
          }
          use={use}
        />
      )}
    </>
  );
};

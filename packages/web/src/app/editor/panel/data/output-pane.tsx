/** What came out of a step in the run that is looked at, as a whole or of an item. */

import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { OriginOf } from '../../../data/origin-of.tsx';
import { ValueView } from '../../../data/value-view.tsx';
import { ProblemView } from '../../../problem/problem-view.tsx';
import { useEditor, useWatched } from '../../editor-context.ts';
import { instancesOf } from './instances.ts';
import { ItemChoice } from './item-choice.tsx';
import { useLook } from './use-look.ts';
import { useUse } from './use-use.ts';

export const OutputPane = ({ step }: { readonly step: string }) => {
  const { t } = useTranslation();
  const { draft } = useEditor();
  const { fold, events, run, at } = useWatched();
  const { search, show } = useLook();
  const use = useUse();
  const instances = useMemo(() => instancesOf(events, step, at), [events, step, at]);
  const { problem = null } = fold.steps.get(step) ?? {};
  const { items, whole } = instances;
  // Within a block there is no whole: the last item that ended is looked at.
  const found = items.find(({ item }) => item === search.item) ?? (whole === null ? items.at(-1) : undefined);
  const seq = found?.seq ?? whole;
  return (
    <>
      {problem !== null && <ProblemView problem={problem} />}
      {items.length > 0 && (
        <ItemChoice instances={instances} item={found?.item} choose={(item) => show({ item, at: undefined })} />
      )}
      {seq === null || run === null ? (
        <Text size="sm">{t(problem === null ? 'panel.data.noRun' : 'data.noOutput')}</Text>
      ) : (
        <ValueView
          source={{ run, which: { seq: String(seq) } }}
          label={t('editor.panel.output')}
          look={search}
          show={show}
          base={found === undefined ? `steps.${step}` : null}
          compare={{
            flow: draft.id,
            which: { step, side: 'out', ...(found === undefined ? {} : { item: found.item }) },
          }}
          use={{ ...use, off: t('data.useOwn') }}
          about={(path) =>
            path === '' ? null : (
              <OriginOf
                key={path}
                run={run}
                step={step}
                item={found?.item}
                path={path}
                go={(to, at) => show({ step: to, tab: 'output', as: 'json', at, item: undefined })}
              />
            )
          }
        />
      )}
    </>
  );
};

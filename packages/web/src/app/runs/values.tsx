/**
 * What was given and what came out, of the run as a whole or of the step that is chosen, item by item where it ran for
 * several. Values are read by pages: a run opens no later for the megabytes that went through it.
 */

import { Box, SegmentedControl, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { OriginOf } from '../data/origin-of.tsx';
import type { Source } from '../data/source.ts';
import { ValueView } from '../data/value-view.tsx';
import { instancesOf } from '../editor/panel/data/instances.ts';
import { ItemChoice } from '../editor/panel/data/item-choice.tsx';
import type { RunEvent, RunFold } from '../editor/run/fold.ts';
import { type RunSearch, SIDES, type Side } from './search.ts';

/** A value scrolls within this, so that only what is in sight is fetched and drawn. */
const TALL = 'min(60dvh, 560px)';

type Props = {
  readonly flow: string;
  readonly run: string;
  /** Undefined: the run as a whole. */
  readonly step: string | undefined;
  readonly fold: RunFold;
  readonly events: readonly RunEvent[];
  readonly search: RunSearch;
  readonly show: (part: RunSearch) => void;
};

export const Values = (props: Props) => {
  const { t } = useTranslation();
  const { step, search, show } = props;
  const side = search.side ?? 'out';
  return (
    <section aria-label={step === undefined ? t('runs.values.run') : t('runs.values.step', { step })}>
      {step === undefined && (
        <Text component="h2" size="sm" fw={600} mb={6}>
          {t('runs.values.run')}
        </Text>
      )}
      <SegmentedControl
        size="xs"
        mb={8}
        aria-label={t('runs.values.side')}
        value={side}
        onChange={(value) => show({ side: SIDES.find((one) => one === value), as: undefined, at: undefined })}
        data={SIDES.map((one) => ({ value: one, label: t(`runs.values.${one}`) }))}
      />
      {step === undefined ? <OfRun {...props} side={side} /> : <OfStep {...props} step={step} side={side} />}
    </section>
  );
};

const OfRun = ({ run, fold, events, search, show, side }: Props & { readonly side: Side }) => {
  const { t } = useTranslation();
  const held = side === 'in' ? fold.input : fold.output;
  const last = events.findLast(({ type }) => type === 'run.done');
  if (held === null || (side === 'out' && last === undefined))
    return <Text size="sm">{t(side === 'in' ? 'runs.values.noInput' : 'runs.values.noOutput')}</Text>;
  const which = side === 'in' ? { seq: '1', of: 'input' as const } : { seq: String(last?.seq), of: 'output' as const };
  return (
    <Box h={TALL}>
      <ValueView
        source={{ run, which }}
        label={t(`runs.values.${side}`)}
        look={search}
        show={show}
        base={side === 'in' ? 'input' : null}
        compare={null}
      />
    </Box>
  );
};

type OfStepProps = Props & { readonly step: string; readonly side: Side };

const OfStep = ({ flow, run, step, events, search, show, side }: OfStepProps) => {
  const { t } = useTranslation();
  const instances = useMemo(() => instancesOf(events, step, null), [events, step]);
  const { items, whole, begun } = instances;
  // Within a block there is no whole: the last item that ended is looked at.
  const found = items.find(({ item }) => item === search.item) ?? (whole === null ? items.at(-1) : undefined);
  const item = found === undefined ? {} : { item: found.item };
  const seq = found?.seq ?? whole;
  const sourceOf = (): Source | null => {
    if (side === 'in') return begun ? { run, which: { step, side, ...item } } : null;
    return seq === null ? null : { run, which: { seq: String(seq) } };
  };
  const source = sourceOf();
  return (
    <>
      {items.length > 0 && (
        <ItemChoice instances={instances} item={found?.item} choose={(to) => show({ item: to, at: undefined })} />
      )}
      {source === null ? (
        <Text size="sm">{t(side === 'in' ? 'data.notBegun' : 'data.noOutput')}</Text>
      ) : (
        <Box h={TALL}>
          <ValueView
            source={source}
            label={t(`runs.values.${side}`)}
            look={search}
            show={show}
            base={side === 'out' && found === undefined ? `steps.${step}` : null}
            compare={{ flow, which: { step, side, ...item } }}
            about={(path) =>
              side === 'in' || path === '' ? null : (
                <OriginOf
                  key={path}
                  run={run}
                  step={step}
                  item={found?.item}
                  path={path}
                  go={(to, at) => show({ step: to, side: 'out', as: 'json', at, item: undefined })}
                />
              )
            }
          />
        </Box>
      )}
    </>
  );
};

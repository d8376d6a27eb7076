/** Steps of a run in time: standing in line, working and waiting apart. One tab stop; arrows walk. */

import { useTranslation } from 'react-i18next';
import type { RunFold } from '../editor/run/fold.ts';
import { StateMark } from '../editor/run/state-mark.tsx';
import { durationText } from '../ui/duration.ts';
import { type Lane, spent } from './lanes.ts';
import classes from './runs-page.module.css';

type Props = {
  readonly lanes: readonly Lane[];
  readonly fold: RunFold;
  readonly step: string | undefined;
  readonly choose: (step: string) => void;
  readonly open: (step: string) => void;
};

const KINDS = ['line', 'work', 'wait'] as const;

export const Waterfall = ({ lanes, fold, step, choose, open }: Props) => {
  const { t, i18n } = useTranslation();
  const begin = fold.created ?? lanes[0]?.spans[0]?.from ?? 0;
  const end = fold.ended ?? Date.now();
  const whole = Math.max(1, end - begin);
  const current = lanes.some((lane) => lane.step === step) ? step : lanes[0]?.step;

  const walk = (event: React.KeyboardEvent<HTMLDivElement>): void => {
    const at = lanes.findIndex((lane) => lane.step === current);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lanes.length - 1 }[event.key];
    if (event.key === 'o' && current !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey)
      return open(current);
    if (event.key === 'Enter' && current !== undefined) return choose(current);
    const next = to === undefined ? undefined : lanes[Math.max(0, Math.min(lanes.length - 1, to))];
    if (next === undefined) return;
    event.preventDefault();
    choose(next.step);
    event.currentTarget.querySelector<HTMLElement>(`[data-step="${next.step}"]`)?.focus();
  };
  const bar = (lane: Lane, state: string | undefined) =>
    lane.spans.map(({ kind, from, to }) => (
      <span
        key={`${kind} ${from}`}
        className={classes.span}
        data-kind={kind}
        data-state={state}
        style={{
          insetInlineStart: `${(100 * (from - begin)) / whole}%`,
          width: `${(100 * ((to ?? end) - from)) / whole}%`,
        }}
      />
    ));
  return (
    <div role="listbox" aria-label={t('runs.waterfall')} aria-describedby="waterfall-help" onKeyDown={walk}>
      {lanes.map((lane) => {
        const view = fold.steps.get(lane.step);
        const times = KINDS.map((kind) => [kind, spent(lane, kind, end)] as const)
          .filter(([, time]) => time > 0)
          .map(([kind, time]) => `${durationText(time, i18n.language)} ${t(`runs.${kind}`)}`);
        return (
          <div
            key={lane.step}
            role="option"
            data-step={lane.step}
            aria-selected={lane.step === current}
            tabIndex={lane.step === current ? 0 : -1}
            className={classes.lane}
            onClick={() => choose(lane.step)}
          >
            <span className={classes.name}>
              <StateMark state={view?.state ?? null} />
              <span>{lane.step}</span>
            </span>
            <span className={classes.track} aria-hidden>
              {bar(lane, view?.state)}
            </span>
            <span className={classes.number} title={times.join(', ')}>
              {durationText(spent(lane, 'work', end), i18n.language)}
              <span className="hg-hidden">{times.join(', ')}</span>
            </span>
          </div>
        );
      })}
    </div>
  );
};

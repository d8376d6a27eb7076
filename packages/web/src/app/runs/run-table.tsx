/** The list of runs: only the rows on the screen are drawn, so that fifty thousand open as fast as fifty. */

import { Anchor, Checkbox, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../transport/client.ts';
import { durationText } from '../ui/duration.ts';
import { When } from '../ui/when.tsx';
import { RunMark } from './run-mark.tsx';
import classes from './runs-page.module.css';

export type RunRow = Answer<'listRuns'>['runs'][number];

const HEIGHT = 36;
/** Older runs are fetched when so few rows are left below. */
const AHEAD = 20;

type Props = {
  readonly rows: readonly RunRow[];
  readonly chosen: ReadonlySet<string>;
  readonly choose: (run: string) => void;
  /** Fetches older runs; undefined: there are none, or they are on their way. */
  readonly more: (() => void) | undefined;
};

export const RunTable = ({ rows, chosen, choose, more }: Props) => {
  const { t, i18n } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => HEIGHT,
    overscan: 12,
    scrollMargin: HEIGHT,
  });
  const shown = list.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more !== undefined && last >= rows.length - AHEAD) more();
  }, [more, last, rows.length]);
  const heads = ['state', 'flow', 'trigger', 'started', 'duration', 'waits', 'problem'] as const;
  return (
    <div
      ref={place}
      className={classes.list}
      role="table"
      aria-label={t('runs.title')}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" className={classes.row} aria-rowindex={1}>
          <span role="columnheader">
            <span className="hg-hidden">{t('runs.chosen', { count: chosen.size })}</span>
          </span>
          {heads.map((one) => (
            <span role="columnheader" key={one} className={one === 'duration' ? classes.number : undefined}>
              {t(`runs.${one}`)}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ position: 'relative', height: list.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const name = row.flowName ?? row.flow;
          const end = row.ended === null ? Date.now() : Date.parse(row.ended);
          return (
            <div
              role="row"
              data-body
              key={row.id}
              aria-rowindex={index + 2}
              className={classes.row}
              style={{ transform: `translateY(${start - HEIGHT}px)` }}
            >
              <span role="cell">
                <Checkbox
                  size="xs"
                  checked={chosen.has(row.id)}
                  onChange={() => choose(row.id)}
                  aria-label={t('runs.choose', { flow: name, time: row.created })}
                />
              </span>
              <span role="cell">
                <RunMark state={row.state} />
              </span>
              <span role="cell">
                <Anchor component={Link} to={`/runs/${row.id}`} size="sm">
                  {name}
                </Anchor>{' '}
                <Text span size="xs" c="dimmed">
                  {row.version === null ? t('runs.draft') : t('runs.version', { version: row.version })}
                </Text>
              </span>
              <span role="cell">{row.trigger.id ?? row.trigger.kind}</span>
              <span role="cell">
                <When iso={row.created} />
              </span>
              <span role="cell" className={classes.number}>
                {row.started === null ? '' : durationText(end - Date.parse(row.started), i18n.language)}
              </span>
              <span role="cell">
                {row.waits !== null && t(`runs.waitsFor.${row.waits.for}`)}
                {row.waits?.until !== undefined && (
                  <>
                    {' '}
                    <When iso={row.waits.until} />
                  </>
                )}
              </span>
              <span role="cell" title={row.problem ?? undefined}>
                {row.problem !== null && [row.problemStep, row.problem].filter((part) => part !== null).join(': ')}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
};

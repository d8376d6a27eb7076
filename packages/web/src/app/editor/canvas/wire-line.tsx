/** A wire: plain before a run; after one solid where it was taken, grey where it was not, red with a sign where a step failed. */

import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { durationText } from '../../ui/duration.ts';
import { useRunOver, useStepView } from '../editor-context.ts';
import { wireView } from '../run/wire.ts';
import classes from './canvas.module.css';
import type { SceneWire } from './scene.ts';

export type WireData = {
  readonly wire: SceneWire;
  readonly insert: (wire: SceneWire, screen: { readonly x: number; readonly y: number }) => void;
  readonly look: (step: string) => void;
};
export type WireEdge = Edge<WireData, 'wire'>;

const STAYS = 200;

const WireLine = memo((props: EdgeProps<WireEdge>) => {
  const { t, i18n } = useTranslation();
  const { source, data, selected } = props;
  const wire = data?.wire;
  const view = useStepView(source);
  const isOver = useRunOver();
  const went = useMemo(() => wireView(view, wire?.port ?? null, isOver), [view, wire?.port, isOver]);
  const [over, setOver] = useState(false);
  const leaving = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(leaving.current), []);
  const enter = (): void => {
    clearTimeout(leaving.current);
    setOver(true);
  };
  const leave = (): void => {
    clearTimeout(leaving.current);
    leaving.current = setTimeout(() => setOver(false), STAYS);
  };
  const [path, x, y] = getBezierPath(props);
  if (wire === undefined || data === undefined) return null;
  const words =
    went === null
      ? null
      : went.state === 'taken'
        ? [
            went.items === null ? null : t('graph.items', { count: went.items }),
            went.took === null ? null : durationText(went.took, i18n.language),
          ]
            .filter((part) => part !== null)
            .join(' · ')
        : went.state === 'failed'
          ? `✕ ${t('graph.wireFailed')}`
          : null;
  const isOpen = over || selected === true;
  return (
    <g onMouseEnter={enter} onMouseLeave={leave} data-wire={props.id}>
      <BaseEdge
        path={path}
        interactionWidth={24}
        className={classes.line}
        data-went={went?.state ?? 'not'}
        data-begins={wire.entry === null}
        data-selected={isOpen}
      />
      {words !== null && words !== '' && (
        <text x={x} y={y - 8} className={classes.count} data-went={went?.state} onClick={() => data.look(source)}>
          {words}
        </text>
      )}
      {isOpen && wire.entry !== null && (
        <EdgeLabelRenderer>
          <div
            className={`${classes.onWire} nodrag nopan`}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y + 14}px)` }}
            onMouseEnter={enter}
            onMouseLeave={leave}
          >
            <button
              type="button"
              tabIndex={-1}
              className={classes.insert}
              aria-label={t('graph.insertOn', { from: wire.entry, to: wire.to })}
              onClick={(event) => data.insert(wire, { x: event.clientX, y: event.clientY })}
            >
              +
            </button>
            {went?.shape !== undefined && went.shape !== null && (
              <span className={classes.shape}>{t('graph.shape', { shape: went.shape })}</span>
            )}
          </div>
        </EdgeLabelRenderer>
      )}
    </g>
  );
});

export const LINES = { wire: WireLine };

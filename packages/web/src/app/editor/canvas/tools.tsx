/** The camera by pointer: closer, further, all, and the overview. Keys do the same. */

import { ActionIcon } from '@mantine/core';
import { useReactFlow } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import { useDoing } from '../../actions/use-action.ts';
import classes from './canvas.module.css';

type Props = { readonly overview: boolean; readonly toggle: () => void };

export const Tools = ({ overview, toggle }: Props) => {
  const { t } = useTranslation();
  const camera = useReactFlow();
  const tidy = useDoing('tidy');
  const buttons = [
    { label: t('graph.zoomIn'), sign: '+', run: () => void camera.zoomIn() },
    { label: t('graph.zoomOut'), sign: '−', run: () => void camera.zoomOut() },
    { label: t('graph.fit'), sign: '⤢', run: () => void camera.fitView({ padding: 0.1, maxZoom: 1 }) },
    { label: t('actions.tidy'), sign: '☷', run: () => tidy?.run() },
  ];
  return (
    <div className={classes.tools}>
      {buttons.map(({ label, sign, run }) => (
        <ActionIcon key={label} variant="subtle" color="gray" aria-label={label} title={label} onClick={run}>
          <span aria-hidden>{sign}</span>
        </ActionIcon>
      ))}
      <ActionIcon
        variant={overview ? 'light' : 'subtle'}
        color="gray"
        aria-label={t('graph.minimap')}
        aria-pressed={overview}
        title={t('graph.minimap')}
        onClick={toggle}
      >
        <span aria-hidden>▣</span>
      </ActionIcon>
    </div>
  );
};

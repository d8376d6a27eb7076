/** What the pointer does on the canvas: another step, and the camera: closer, further, all, and the overview. Keys do the same. */

import { ActionIcon, Button } from '@mantine/core';
import { useReactFlow } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import { useDoing } from '../../actions/use-action.ts';
import classes from './canvas.module.css';

/** `add` is null where the page of an empty flow offers it already. */
type Props = { readonly overview: boolean; readonly toggle: () => void; readonly add: (() => void) | null };

export const Tools = ({ overview, toggle, add }: Props) => {
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
      {add !== null && (
        <Button size="compact-sm" variant="subtle" color="gray" title={`${t('editor.add')} /`} onClick={add}>
          {t('editor.add')}
        </Button>
      )}
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

/** What the flow is pinned to: as people read it, and behind it the field as any other is set. */

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './mcp.module.css';
import { Said } from './said.tsx';
import type { Pinned as Value } from './told.ts';

type Props = { readonly tool: string; readonly pinned: Value; readonly children: ReactNode };

export const Pinned = ({ tool, pinned, children }: Props) => {
  const { t } = useTranslation();
  return (
    <section className={classes.part} aria-label={t('mcpTools.pinned')}>
      <h2 className={classes.name}>
        {t('mcpTools.pinned')}: <code>{tool}</code>
      </h2>
      <Said pinned={pinned} />
      <details>
        <summary className={classes.quiet}>{t('mcpTools.json')}</summary>
        {children}
      </details>
    </section>
  );
};

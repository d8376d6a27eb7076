/** Around every field: its label, the toggle between a value and an expression, and below it the hint and what is wrong. */

import { SegmentedControl, Text } from '@mantine/core';
import type { Problem } from '@headgate/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './form.module.css';
import { FieldProblem } from './field-problem.tsx';

export type Mode = 'value' | 'expression';

type Props = {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly required?: boolean;
  /** Absent: there is nothing to choose. */
  readonly mode?: Mode | undefined;
  readonly onMode?: (mode: Mode) => void;
  readonly why?: string | null;
  readonly problems?: readonly Problem[];
  readonly act?: ReactNode;
  readonly children: ReactNode;
};

export const FieldFrame = (props: Props) => {
  const { id, label, hint, required = false, mode, onMode, why = null, problems = [], act, children } = props;
  const { t } = useTranslation();
  return (
    <div className={classes.field} data-wrong={why !== null || problems.length > 0}>
      <div className={classes.top}>
        <label className={classes.label} id={`${id}-label`} htmlFor={id}>
          {label}
          {required && (
            <span className={classes.required} title={t('panel.required')}>
              <span aria-hidden>*</span>
              <span className="hg-hidden">{t('panel.required')}</span>
            </span>
          )}
        </label>
        {act}
        {mode !== undefined && onMode !== undefined && (
          <SegmentedControl
            size="xs"
            className={classes.mode}
            aria-label={t('panel.mode.title', { field: label })}
            value={mode}
            onChange={(value) => onMode(value === 'expression' ? 'expression' : 'value')}
            data={[
              { value: 'value', label: t('panel.mode.value') },
              { value: 'expression', label: t('panel.mode.expression') },
            ]}
          />
        )}
      </div>
      {children}
      <div id={`${id}-note`}>
        {why !== null && (
          <Text size="xs" className={classes.wrong}>
            <span aria-hidden>✕ </span>
            {why}
          </Text>
        )}
        {problems.map((one) => (
          <FieldProblem problem={one} key={`${one.code} ${one.at?.field ?? ''} ${one.text}`} />
        ))}
        {hint !== undefined && hint !== '' && <Hint text={hint} />}
      </div>
    </div>
  );
};

const SHORT = 140;

/** The end of a sentence. What follows a colon belongs to what stands before it, and "e.g." ends nothing. */
const SENTENCE = /(?<!\b(?:e\.g|i\.e|z\. ?B|d\. ?h))\. /;

/** Long hints are cut at a sentence, and opened by who wants the rest. */
const Hint = ({ text }: { readonly text: string }) => {
  const { t } = useTranslation();
  const cut = text.length <= SHORT ? -1 : text.search(SENTENCE);
  if (cut <= 0) return <p className={classes.hint}>{text}</p>;
  return (
    <details className={classes.hint}>
      <summary>
        {text.slice(0, cut + 1)} <span className={classes.more}>{t('panel.hintMore')}</span>
      </summary>
      {text.slice(cut + 2)}
    </details>
  );
};

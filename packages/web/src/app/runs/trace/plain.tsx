/** A value in few lines: the fields of a small object by name, a text as it is, anything else as JSON. What is long is opened. */

import { isObject } from '@headgate/core';
import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Shown } from './trace.ts';
import classes from './trace.module.css';

const MOST_FIELDS = 6;
const LONG = 400;
const LONGEST = 20_000;

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;
const wordsOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'null');

type Props = {
  readonly label: string;
  readonly shown: Shown;
  /** Goes to where all of it can be read; undefined: there is no such place. */
  readonly look?: (() => void) | undefined;
};

export const Plain = ({ label, shown, look }: Props) => {
  const { t } = useTranslation();
  const more = look !== undefined && (
    <Button size="compact-xs" variant="subtle" onClick={look}>
      {t('trace.all')}
    </Button>
  );
  if ('large' in shown)
    return (
      <Text size="sm" component="div">
        {label}: {t('trace.large', { size: Math.ceil(shown.large / 1024) })} {more}
      </Text>
    );
  const { value } = shown;
  if (isObject(value) && Object.keys(value).length === 0)
    return <span className={classes.label}>{t('trace.none', { label })}</span>;
  const fields = isObject(value) ? Object.entries(value) : [];
  if (fields.length > 0 && fields.length <= MOST_FIELDS && fields.every(([, one]) => isPlain(one)))
    return (
      <div>
        <span className={classes.label}>{label}</span>
        <dl className={classes.fields}>
          {fields.map(([name, one]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{wordsOf(one).slice(0, LONGEST)}</dd>
            </div>
          ))}
        </dl>
      </div>
    );
  const text = wordsOf(value);
  if (text.length <= LONG)
    return (
      <div>
        <span className={classes.label}>{label}</span>
        <pre className={classes.value} tabIndex={0} aria-label={label}>
          {text}
        </pre>
      </div>
    );
  return (
    <details>
      <summary className={classes.label}>
        {label}: {text.slice(0, 80)} …
      </summary>
      <pre className={classes.value} tabIndex={0} aria-label={label}>
        {text.slice(0, LONGEST)}
      </pre>
      {text.length > LONGEST && more}
    </details>
  );
};

/** What an expression gives with the last data, below its field: the value, or what is missing to tell. */

import { compile, evaluate, kindOf } from '@headgate/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ago } from '../../../ui/when.tsx';
import type { Data } from './data.ts';
import classes from './expression.module.css';

/** More than that is looked at in the output of the step. */
const MOST_SIGNS = 600;
const MOST_LINES = 10;

const KINDS: Readonly<Record<string, 'nothing' | 'list' | 'text' | 'number' | 'boolean' | 'object'>> = {
  null: 'nothing',
  'a list': 'list',
  'a text': 'text',
  'a number': 'number',
  'true or false': 'boolean',
};

const shownOf = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'null');
  const cut = text.slice(0, MOST_SIGNS).split('\n').slice(0, MOST_LINES).join('\n');
  return cut.length < text.length ? `${cut}…` : text;
};

export const Preview = ({ id, text, data }: { readonly id: string; readonly text: string; readonly data: Data }) => {
  const { t, i18n } = useTranslation();
  const made = useMemo(() => {
    const { compiled, problems } = compile(text);
    if (text.trim() === '' || problems.length > 0) return null;
    const lack = data.lack(compiled.references);
    return lack === null ? { lack, result: evaluate(compiled, data.scope) } : { lack, result: null };
  }, [text, data]);
  if (made === null) return <div id={id} />;
  const { lack, result } = made;
  if (lack !== null)
    return (
      <p id={id} className={classes.quiet}>
        {t(`expression.lack.${lack.what}`, { id: lack.id })}
      </p>
    );
  if (!result.ok)
    return (
      <p id={id} className={classes.wrong}>
        <span aria-hidden>✕ </span>
        {result.problem.text}
        {result.problem.at?.line !== undefined &&
          ` (${t('expression.at', { line: result.problem.at.line, column: result.problem.at.column ?? 1 })})`}
        {result.problem.fix !== undefined && ` ${result.problem.fix}`}
      </p>
    );
  const { value } = result;
  const kind = KINDS[kindOf(value)] ?? 'object';
  const count = Array.isArray(value) ? value.length : 0;
  return (
    <div id={id} className={classes.preview}>
      <span className={classes.quiet}>
        {t(`expression.kind.${kind}`, { count })}
        {data.at !== null && ` · ${t('expression.of', { age: ago(new Date(data.at).toISOString(), i18n.language) })}`}
      </span>
      {value === '' ? <em className={classes.quiet}>{t('expression.empty')}</em> : <output>{shownOf(value)}</output>}
    </div>
  );
};

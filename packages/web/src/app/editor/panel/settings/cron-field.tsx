/** When a schedule comes due: the line of cron, and the next times it stands for. */

import { Textarea } from '@mantine/core';
import { fieldPath } from '@headgate/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldProps } from '../form/field-props.ts';
import { FieldFrame } from '../form/field-frame.tsx';
import { problemsAt } from '../form/problems.ts';
import { useTyped } from '../form/use-typed.ts';
import { nextRuns } from './cron.ts';
import { useOwner } from './owner.ts';
import { useThing } from './thing.ts';
import { growing } from '../../../ui/growing.ts';

const SHOWN = 5;

export const CronField = ({ path, label, hint, required = false, value }: FieldProps) => {
  const { t, i18n } = useTranslation();
  const id = useId();
  const owner = useOwner();
  const zone = useThing()?.with?.['zone'];
  const given = typeof value === 'string' ? value : '';
  const typed = useTyped(given, (text) => {
    owner.set(path, text === '' ? undefined : text);
    return true;
  });
  const zoned = typeof zone === 'string' ? zone : 'UTC';
  const next = nextRuns(typed.text, zoned, Date.now(), SHOWN);
  const why = typed.text !== '' && next === null ? t('panel.cron.wrong') : null;
  const problems = typed.dirty ? [] : problemsAt(owner.problems, { step: owner.id, field: fieldPath(path) }, true);
  const date = new Intl.DateTimeFormat(i18n.language, {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone: next === null ? 'UTC' : zoned,
  });
  return (
    <FieldFrame id={id} label={label} hint={hint} required={required} why={why} problems={problems}>
      <Textarea
        id={id}
        size="sm"
        {...growing(1)}
        ff="monospace"
        placeholder="0 3 * * *"
        aria-describedby={`${id}-note`}
        aria-invalid={why !== null || problems.length > 0}
        value={typed.text}
        onChange={(event) => typed.change(event.currentTarget.value.replaceAll('\n', ''))}
        onBlur={typed.flush}
      />
      {next !== null && next.length > 0 && (
        <div>
          <span style={{ fontSize: 12, fontWeight: 600 }}>{t('panel.cron.next', { zone: zoned })}</span>
          <ol className="hg-number" style={{ margin: 0, paddingInlineStart: 20, fontSize: 12 }}>
            {next.map((at) => (
              <li key={at}>{date.format(at)}</li>
            ))}
          </ol>
        </div>
      )}
    </FieldFrame>
  );
};

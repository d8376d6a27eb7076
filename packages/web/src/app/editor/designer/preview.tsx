/**
 * A form as the people it is sent to will see it, while it is designed. It is a picture: nothing in it takes the focus and nothing
 * is sent. Its look is that of the pages without script (packages/web/src/style.ts); test/web/designer.test.ts holds both together.
 */

import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './preview.module.css';
import { choicesIn, type Draft, pageIn, pagesIn, textIn, typeIn } from './fields.ts';
import { PAGE_WORDS } from './page-words.ts';

export type Look = {
  readonly title: string;
  readonly intro: string;
  readonly color: string;
  readonly letter: string;
  readonly button: string;
  /** A question to people: with room for a remark. */
  readonly asks: boolean;
};

type Props = { readonly look: Look; readonly fields: readonly Draft[] };

export const Preview = ({ look, fields }: Props) => {
  const { t } = useTranslation();
  const pages = look.asks ? [1] : pagesIn(fields);
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, Math.max(0, pages.length - 1));
  const page = pages[at] ?? 1;
  const last = at >= pages.length - 1;
  const shown = look.asks ? fields : fields.filter((one) => pageIn(one) === page);
  return (
    <section aria-label={t('designer.preview')} className={classes.frame}>
      <Group justify="space-between" mb={6}>
        <Text size="xs" fw={600} c="var(--hg-quiet)">
          {t('designer.preview')}
        </Text>
        {pages.length > 1 && (
          <Group gap={4}>
            <Button size="compact-xs" variant="default" disabled={at === 0} onClick={() => setChosen(at - 1)}>
              {t('designer.before')}
            </Button>
            <Button size="compact-xs" variant="default" disabled={last} onClick={() => setChosen(at + 1)}>
              {t('designer.after')}
            </Button>
          </Group>
        )}
      </Group>
      <div className={classes.page} data-look={look.color} data-preview inert>
        {look.letter !== '' && <p className={classes.sign}>{look.letter}</p>}
        <p className={classes.title}>{look.title}</p>
        {at === 0 && look.intro !== '' && <p className={classes.told}>{look.intro}</p>}
        {pages.length > 1 && <p className={classes.soft}>{PAGE_WORDS.page(at + 1, pages.length)}</p>}
        {shown.map((field, i) => (
          <One key={`${i}`} field={field} />
        ))}
        {look.asks && (
          <div className={classes.field}>
            <span className={classes.label}>
              {PAGE_WORDS.comment} <span className={classes.soft}>{PAGE_WORDS.optional}</span>
            </span>
            <textarea rows={3} readOnly tabIndex={-1} />
          </div>
        )}
        <div className={classes.acts}>
          <span className={classes.yes}>{last ? look.button : PAGE_WORDS.next}</span>
          {at > 0 && <span className={classes.other}>{PAGE_WORDS.back}</span>}
        </div>
      </div>
    </section>
  );
};

const Label = ({ field }: { readonly field: Draft }) => (
  <>
    {textIn(field, 'label')}
    {field['required'] === true && (
      <>
        {' '}
        <span className={classes.soft}>{PAGE_WORDS.required}</span>
      </>
    )}
  </>
);

const One = ({ field }: { readonly field: Draft }) => {
  const type = typeIn(field);
  const help = textIn(field, 'help');
  const told = help !== '' && <p className={classes.help}>{help}</p>;
  if (type === 'boolean')
    return (
      <div className={classes.field}>
        <span className={classes.tick}>
          <input type="checkbox" readOnly tabIndex={-1} checked={false} /> <Label field={field} />
        </span>
        {told}
      </div>
    );
  return (
    <div className={classes.field}>
      <span className={classes.label}>
        <Label field={field} />
      </span>
      {told}
      {type === 'choices' ? (
        choicesIn(field).map((one, i) => (
          <span key={`${i}`} className={classes.tick}>
            <input type="checkbox" readOnly tabIndex={-1} checked={false} /> {one}
          </span>
        ))
      ) : type === 'choice' ? (
        <select tabIndex={-1} value="" onChange={() => undefined}>
          <option value="">{PAGE_WORDS.choose}</option>
          {choicesIn(field).map((one, i) => (
            <option key={`${i}`} value={one}>
              {one}
            </option>
          ))}
        </select>
      ) : type === 'long' ? (
        <textarea rows={5} readOnly tabIndex={-1} />
      ) : (
        <input type={type === 'date' || type === 'file' || type === 'email' ? type : 'text'} readOnly tabIndex={-1} />
      )}
    </div>
  );
};

/** One field that is designed: a line to move, open or remove it by, and all that can be said of it. */

import { ActionIcon, Checkbox, Group, NativeSelect, Textarea, TextInput, UnstyledButton } from '@mantine/core';
import { type FieldType, fieldPath, type Json, MOST_PAGES } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { growing } from '../../ui/growing.ts';
import { FieldProblem } from '../panel/form/field-problem.tsx';
import { problemsAt } from '../panel/form/problems.ts';
import { useTyped } from '../panel/form/use-typed.ts';
import { type FieldPath, useOwner } from '../panel/settings/owner.ts';
import classes from './designer.module.css';
import { choicesIn, type Draft, labelled, pageIn, pagesIn, textIn, typedAs, typeIn, withKey } from './fields.ts';

type Props = {
  readonly path: FieldPath;
  readonly at: number;
  readonly fields: readonly Draft[];
  readonly types: readonly FieldType[];
  /** May it stand on another page? */
  readonly pages: boolean;
  readonly open: boolean;
  readonly toggle: () => void;
  readonly set: (fields: readonly Draft[]) => void;
  readonly used: (name: string) => boolean;
  readonly move: (from: number, to: number) => void;
  readonly remove: () => void;
  readonly drag: (on: boolean) => void;
};

export const OneField = (props: Props) => {
  const { path, at, fields, open, toggle, move, remove, drag } = props;
  const { t } = useTranslation();
  const owner = useOwner();
  const field = fields[at] ?? {};
  const label = textIn(field, 'label');
  const problems = problemsAt(owner.problems, { step: owner.id, field: fieldPath(path) }, true);
  return (
    <div data-field={fieldPath(path)}>
      <Group gap={4} wrap="nowrap">
        <ActionIcon
          size={26}
          variant="subtle"
          color="gray"
          className={classes.grip}
          draggable
          data-grip={at}
          aria-label={t('designer.move', { field: label })}
          title={t('designer.moveHow')}
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData('text/plain', label);
            drag(true);
          }}
          onDragEnd={() => drag(false)}
          onKeyDown={(event) => {
            const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: fields.length - 1 }[event.key];
            if (to === undefined) return;
            event.preventDefault();
            move(at, to);
          }}
        >
          <span aria-hidden>⠿</span>
        </ActionIcon>
        <UnstyledButton className={classes.line} aria-expanded={open} onClick={toggle}>
          <span className={classes.name}>{label === '' ? t('designer.unnamed') : label}</span>
          <span className={classes.about}>
            {[
              t(`designer.types.${typeIn(field)}`),
              ...(field['required'] === true ? [t('designer.required')] : []),
              ...(pagesIn(fields).length > 1 ? [t('designer.page', { n: pageIn(field) })] : []),
            ].join(' · ')}
          </span>
        </UnstyledButton>
        {problems.length > 0 && (
          <span className={classes.wrong} role="img" aria-label={t('designer.wrong')} title={problems[0]?.text}>
            ✕
          </span>
        )}
        <ActionIcon
          size={26}
          variant="subtle"
          color="gray"
          aria-label={t('designer.remove', { field: label })}
          title={t('designer.remove', { field: label })}
          onClick={remove}
        >
          <span aria-hidden>✕</span>
        </ActionIcon>
      </Group>
      {open && <Inside {...props} field={field} />}
      {problems.map((one) => (
        <FieldProblem key={`${one.code} ${one.text}`} problem={one} />
      ))}
    </div>
  );
};

const numberOf = (text: string): number | undefined =>
  text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);

const Inside = ({ path, at, fields, field, types, pages, set, used }: Props & { readonly field: Draft }) => {
  const { t } = useTranslation();
  const put = (key: string, value: Json | undefined): boolean => {
    set(withKey(fields, at, key, value));
    return true;
  };
  const type = typeIn(field);
  const label = useTyped(textIn(field, 'label'), (text) => {
    set(labelled(fields, at, text, used));
    return true;
  });
  const help = useTyped(textIn(field, 'help'), (text) => put('help', text === '' ? undefined : text));
  const name = useTyped(textIn(field, 'name'), (text) => put('name', text));
  const choices = useTyped(choicesIn(field).join('\n'), (text) =>
    put(
      'choices',
      text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()])),
    ),
  );
  const chooses = type === 'choice' || type === 'choices';
  const bounds = type === 'text' || type === 'long' || type === 'number';
  const most = Math.min(MOST_PAGES, Math.max(...fields.map(pageIn)) + 1);
  return (
    <div className={classes.inside}>
      <TextInput
        size="sm"
        data-label={at}
        data-field={fieldPath([...path, 'label'])}
        label={t('designer.label')}
        value={label.text}
        onChange={(event) => label.change(event.currentTarget.value)}
        onBlur={label.flush}
      />
      <NativeSelect
        size="sm"
        label={t('designer.type')}
        value={type}
        onChange={(event) => {
          const to = types.find((one) => one === event.currentTarget.value);
          if (to !== undefined) set(typedAs(fields, at, to, t('designer.choice')));
        }}
        data={types.map((one) => ({ value: one, label: t(`designer.types.${one}`) }))}
      />
      <TextInput
        size="sm"
        label={t('designer.help')}
        value={help.text}
        onChange={(event) => help.change(event.currentTarget.value)}
        onBlur={help.flush}
      />
      {chooses && (
        <Textarea
          size="sm"
          label={t('designer.choices')}
          description={t('forms.lines')}
          {...growing(3, 12)}
          value={choices.text}
          onChange={(event) => choices.change(event.currentTarget.value)}
          onBlur={choices.flush}
        />
      )}
      <Checkbox
        label={t(type === 'boolean' ? 'designer.mustBeYes' : 'designer.must')}
        checked={field['required'] === true}
        onChange={(event) => put('required', event.currentTarget.checked ? true : undefined)}
      />
      {bounds && (
        <Group gap="xs" grow>
          {(['min', 'max'] as const).map((key) => (
            <Bound
              key={key}
              label={t(`designer.${type === 'number' ? 'number' : 'signs'}.${key}`)}
              value={typeof field[key] === 'number' ? String(field[key]) : ''}
              put={(text) => put(key, numberOf(text))}
            />
          ))}
        </Group>
      )}
      {pages && (
        <NativeSelect
          size="sm"
          label={t('designer.onPage')}
          value={String(pageIn(field))}
          onChange={(event) => {
            const page = Number(event.currentTarget.value);
            put('page', page === 1 ? undefined : page);
          }}
          data={Array.from({ length: most }, (_, i) => ({
            value: String(i + 1),
            label: t('designer.page', { n: i + 1 }),
          }))}
        />
      )}
      <TextInput
        size="sm"
        ff="monospace"
        label={t('designer.name')}
        description={t('designer.nameHint')}
        value={name.text}
        onChange={(event) => name.change(event.currentTarget.value)}
        onBlur={name.flush}
      />
    </div>
  );
};

type BoundProps = { readonly label: string; readonly value: string; readonly put: (text: string) => boolean };

const Bound = ({ label, value, put }: BoundProps) => {
  const typed = useTyped(value, put);
  return (
    <TextInput
      size="sm"
      type="number"
      step="any"
      label={label}
      value={typed.text}
      onChange={(event) => typed.change(event.currentTarget.value)}
      onBlur={typed.flush}
    />
  );
};

/**
 * Fields of a form without a line of JSON: of the trigger `form@1`, and of a question to people. Each change is an edit of the
 * draft like any other; the form beside it is drawn of the same draft. As JSON it is the same list, and nothing is lost on the way.
 */

import { Button, Group, Modal, NativeSelect, SegmentedControl, Text } from '@mantine/core';
import { FIELD_TYPES, type FieldType, fieldPath, type Json, MOST_FIELDS } from '@headgate/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../ui/announce.ts';
import { useEditor } from '../editor-context.ts';
import { AnyField } from '../panel/form/any-field.tsx';
import { FieldProblem } from '../panel/form/field-problem.tsx';
import type { FieldProps } from '../panel/form/field-props.ts';
import { problemsAt } from '../panel/form/problems.ts';
import { useOwner } from '../panel/settings/owner.ts';
import { useThing } from '../panel/settings/thing.ts';
import { AsJson } from './as-json.tsx';
import classes from './designer.module.css';
import { addedTo, type Draft, fieldsIn, movedTo, textIn } from './fields.ts';
import { OneField } from './one-field.tsx';
import { PAGE_WORDS } from './page-words.ts';
import { type Look, Preview } from './preview.tsx';

type Props = FieldProps & {
  /** Of a question to people, which takes no file and stands on one page. */
  readonly asks: boolean;
};

export const Designer = (props: Props) => {
  const { t } = useTranslation();
  const [large, setLarge] = useState(false);
  const fields = fieldsIn(props.value);
  if (fields === null) return <AnyField {...props} />;
  return (
    <div data-field={fieldPath(props.path)} className={classes.designer} role="group" aria-label={props.label}>
      {large ? (
        <Text size="sm">{t('designer.elsewhere')}</Text>
      ) : (
        <Both {...props} fields={fields} enlarge={() => setLarge(true)} />
      )}
      <Modal
        opened={large}
        onClose={() => setLarge(false)}
        title={t('designer.title')}
        size={1120}
        closeButtonProps={{ 'aria-label': t('common.close') }}
        transitionProps={{ duration: 0 }}
      >
        {large && <Both {...props} fields={fields} enlarge={null} />}
      </Modal>
    </div>
  );
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What stands around the fields, as the trigger or the step is set. */
const useLook = (asks: boolean): Look => {
  const given = useThing()?.with ?? {};
  const look = Object(given['look'] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    title: text(given['title']),
    intro: text(given[asks ? 'text' : 'intro']),
    color: text(look['color']),
    letter: text(look['letter']),
    button: asks ? PAGE_WORDS.sendAnswer : text(given['button']) || PAGE_WORDS.send,
    asks,
  };
};

type BothProps = Props & { readonly fields: readonly Draft[]; readonly enlarge: (() => void) | null };

const Both = ({ path, label, fields, value, asks, enlarge }: BothProps) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const [asJson, setAsJson] = useState(false);
  const [broken, setBroken] = useState(false);
  const look = useLook(asks);
  const here = problemsAt(owner.problems, { step: owner.id, field: fieldPath(path) }, false);
  return (
    <div className={classes.both}>
      <div className={classes.side}>
        <Group justify="space-between" gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t('designer.how')}
            value={asJson ? 'json' : 'fields'}
            disabled={broken}
            onChange={(chosen) => setAsJson(chosen === 'json')}
            data={[
              { value: 'fields', label: t('designer.asFields') },
              { value: 'json', label: t('designer.asJson') },
            ]}
          />
          {enlarge !== null && (
            <Button size="compact-sm" variant="default" onClick={enlarge}>
              {t('designer.large')}
            </Button>
          )}
        </Group>
        {asJson ? (
          <AsJson path={path} label={label} value={value} broken={setBroken} />
        ) : (
          <List path={path} fields={fields} asks={asks} />
        )}
        {here.map((one) => (
          <FieldProblem key={`${one.code} ${one.text}`} problem={one} />
        ))}
      </div>
      <Preview look={look} fields={fields} />
    </div>
  );
};

type ListProps = Pick<Props, 'path' | 'asks'> & { readonly fields: readonly Draft[] };

const List = ({ path, fields, asks }: ListProps) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const { draft } = useEditor();
  const place = useRef<HTMLOListElement>(null);
  const [open, setOpen] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const [type, setType] = useState<FieldType>('text');
  const types = FIELD_TYPES.filter((one) => !asks || one !== 'file');
  const set = (next: readonly Draft[]): void => owner.set(path, [...next] as Json);
  const focus = (selector: string): void => {
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(selector)?.focus());
  };
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= fields.length) return;
    set(movedTo(fields, from, to));
    if (open === from) setOpen(to);
    announce(t('designer.moved', { field: textIn(fields[from] ?? {}, 'label'), n: to + 1, of: fields.length }));
    focus(`[data-grip="${to}"]`);
  };
  /** Does something of the flow name the field? The draft at this moment: other edits may be on their way. */
  const used = (name: string): boolean => JSON.stringify(draft.state().flow).includes(`.${name}`);
  return (
    <>
      <ol className={classes.list} ref={place}>
        {fields.map((field, i) => (
          <li
            key={`${i}`}
            className={classes.item}
            data-over={dragged !== null && dragged !== i ? true : undefined}
            onDragOver={(event) => {
              if (dragged !== null) event.preventDefault();
            }}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged !== null) move(dragged, i);
              setDragged(null);
            }}
          >
            <OneField
              path={[...path, i]}
              at={i}
              fields={fields}
              types={types}
              pages={!asks}
              open={open === i}
              toggle={() => setOpen(open === i ? null : i)}
              set={set}
              used={used}
              move={move}
              remove={() => {
                set(fields.toSpliced(i, 1));
                setOpen(null);
                announce(t('designer.removed', { field: textIn(field, 'label') }));
                focus(`[data-grip="${Math.min(i, fields.length - 2)}"]`);
              }}
              drag={(on) => setDragged(on ? i : null)}
            />
          </li>
        ))}
      </ol>
      {fields.length === 0 && <Text size="sm">{t('designer.none')}</Text>}
      <Group gap="xs" align="end">
        <NativeSelect
          size="xs"
          label={t('designer.newType')}
          value={type}
          onChange={(event) => setType(types.find((one) => one === event.currentTarget.value) ?? 'text')}
          data={types.map((one) => ({ value: one, label: t(`designer.types.${one}`) }))}
        />
        <Button
          size="compact-md"
          disabled={fields.length >= MOST_FIELDS}
          title={fields.length >= MOST_FIELDS ? t('panel.full', { count: MOST_FIELDS }) : undefined}
          onClick={() => {
            set(addedTo(fields, type, t(`designer.new.${type}`), t('designer.choice')));
            setOpen(fields.length);
            focus(`[data-label="${fields.length}"]`);
          }}
        >
          {t('designer.add')}
        </Button>
      </Group>
    </>
  );
};

/** The declared input as rows: each field's name, type, whether it is needed, and what is said of it. What rows cannot show is JSON. */

import { ActionIcon, Button, Checkbox, Group, JsonInput, NativeSelect, Text, TextInput } from '@mantine/core';
import type { Json } from '@headgate/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { growing } from '../../ui/growing.ts';
import { useEditor, useFlow } from '../editor-context.ts';
import { useTyped } from '../panel/form/use-typed.ts';
import {
  added,
  type Declared,
  type DeclaredType,
  described,
  fieldsIn,
  freeName,
  needs,
  removed,
  renamed,
  type Schema,
  typed,
  TYPES,
} from './declared.ts';
import classes from './declared.module.css';

const isType = (text: string): text is DeclaredType => Object.hasOwn(TYPES, text);

/** Gives the flow another declared input. `make`: out of the one it has at that moment. Null: there is nothing to do. */
type Change = (make: (now: Schema) => Schema | null) => boolean;

const useChange = (): Change => {
  const { commands, draft } = useEditor();
  return (make) => {
    const next = make((draft.state().flow.input ?? {}) as Schema);
    return next !== null && commands.change({ do: 'set', of: null, path: ['input'], value: next as Json });
  };
};

export const InputFields = () => {
  const { t } = useTranslation();
  const { commands, draft } = useEditor();
  const input = useFlow().input as Schema | undefined;
  const fields = fieldsIn(input);
  const [asJson, setAsJson] = useState(false);
  const [fresh, setFresh] = useState<string | null>(null);
  const change = useChange();
  const add = (): void => {
    const now = draft.state().flow.input as Schema | undefined;
    const name = freeName(now);
    if (commands.change({ do: 'set', of: null, path: ['input'], value: added(now, name) as Json })) setFresh(name);
  };
  return (
    <>
      {fields === null || asJson ? (
        <AsJson />
      ) : (
        fields.map((field, i) => (
          // A field stays the same one while its name is typed.
          <Row key={i} field={field} fresh={field.name === fresh} change={change} />
        ))
      )}
      {fields?.length === 0 && !asJson && (
        <Text size="sm" c="var(--hg-quiet)">
          {t(input === undefined ? 'declared.anything' : 'declared.nothing')}
        </Text>
      )}
      <Group gap="xs">
        {fields !== null && !asJson && (
          <Button size="compact-sm" onClick={add}>
            {t('declared.add')}
          </Button>
        )}
        {fields !== null && (
          <Button size="compact-sm" variant="default" onClick={() => setAsJson(!asJson)}>
            {t(asJson ? 'declared.asFields' : 'declared.asJson')}
          </Button>
        )}
        {input !== undefined && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => commands.change({ do: 'set', of: null, path: ['input'] })}
          >
            {t('declared.takeAnything')}
          </Button>
        )}
      </Group>
    </>
  );
};

type RowProps = { readonly field: Declared; readonly fresh: boolean; readonly change: Change };

const Row = ({ field: { name, type, needed, about }, fresh, change }: RowProps) => {
  const { t } = useTranslation();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (fresh) box.current?.select();
  }, [fresh]);
  const [taken, setTaken] = useState(false);
  const called = useTyped(name, (text) => {
    const to = text.trim();
    const done = to === name || change((now) => renamed(now, name, to));
    setTaken(!done);
    return done;
  });
  const said = useTyped(about, (text) => change((now) => described(now, name, text)));
  const enter = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter') called.flush();
  };
  return (
    <fieldset className={classes.field}>
      <legend className={classes.legend}>{name}</legend>
      <TextInput
        ref={box}
        size="sm"
        label={t('declared.name')}
        className={classes.name}
        value={called.text}
        error={taken ? t('declared.taken') : undefined}
        onChange={(event) => called.change(event.currentTarget.value)}
        onBlur={called.flush}
        onKeyDown={enter}
      />
      <NativeSelect
        size="sm"
        label={t('declared.type')}
        value={type ?? ''}
        onChange={({ currentTarget: { value } }) => {
          if (isType(value)) change((now) => typed(now, name, value));
        }}
        data={[
          ...(type === null ? [{ value: '', label: t('declared.other') }] : []),
          ...Object.keys(TYPES).map((one) => ({ value: one, label: t(`declared.types.${one as DeclaredType}`) })),
        ]}
      />
      <TextInput
        size="sm"
        label={t('declared.about')}
        className={classes.about}
        value={said.text}
        onChange={(event) => said.change(event.currentTarget.value)}
        onBlur={said.flush}
      />
      <Checkbox
        className={classes.needed}
        label={t('declared.needed')}
        checked={needed}
        onChange={({ currentTarget: { checked } }) => change((now) => needs(now, name, checked))}
      />
      <ActionIcon
        className={classes.remove}
        variant="default"
        aria-label={t('declared.remove', { name })}
        title={t('declared.remove', { name })}
        onClick={() => change((now) => removed(now, name))}
      >
        <span aria-hidden>✕</span>
      </ActionIcon>
    </fieldset>
  );
};

/** The schema as it stands; it counts once it is JSON, and its problems are told like those of any field. */
const AsJson = () => {
  const { t } = useTranslation();
  const { commands } = useEditor();
  const { input } = useFlow();
  const written = useTyped(input === undefined ? '' : JSON.stringify(input, null, 2), (text) => {
    if (text.trim() === '') return commands.change({ do: 'set', of: null, path: ['input'] });
    try {
      return commands.change({ do: 'set', of: null, path: ['input'], value: JSON.parse(text) as Json });
    } catch {
      return false;
    }
  });
  return (
    <JsonInput
      label={t('declared.schema')}
      description={t('declared.schemaHelp')}
      size="sm"
      {...growing(6, 24, { fontFamily: 'monospace' })}
      validationError={t('running.notJson')}
      value={written.text}
      onChange={written.change}
      onBlur={written.flush}
    />
  );
};

/** The source of a code step: its editor with the types of what it gets, what is wrong with it line by line, and Run. */

import { Button, Text } from '@mantine/core';
import { fieldPath } from '@headgate/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../../access/may.ts';
import { keyText } from '../../../actions/keys.ts';
import { specOf } from '../../../actions/table.ts';
import { useDoing } from '../../../actions/use-action.ts';
import { announce } from '../../../ui/announce.ts';
import { useDraftState, useEditor, useStepView } from '../../editor-context.ts';
import type { FieldProps } from '../form/field-props.ts';
import { FieldFrame } from '../form/field-frame.tsx';
import { problemsAt } from '../form/problems.ts';
import { useTyped } from '../form/use-typed.ts';
import { useOwner } from '../settings/owner.ts';
import { useThing } from '../settings/thing.ts';
import classes from './code.module.css';
import { type CodeLanguage, type CodeView, openCode } from './code-view.ts';
import { help, type Known } from './help.ts';
import { type Marked, marksOf } from './marks.ts';
import { phrasesIn } from './phrases.ts';
import { useComplaints } from './use-complaints.ts';

/** Until the engine has told: the step may be newer than what it has. */
const UNKNOWN = 'declare type Input = any;\ndeclare type Can = any;';

const useTypes = (step: string) => {
  const { client, draft } = useEditor();
  const { revision } = useDraftState();
  const { data } = useQuery({
    queryKey: ['step-types', draft.id, step, revision],
    queryFn: ({ signal }) => client.call('stepTypes', { params: { id: draft.id, step } }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  });
  return data;
};

export const CodeField = ({ path, label, hint, required = false, value }: FieldProps) => {
  const { t } = useTranslation();
  const id = useId();
  const owner = useOwner();
  const off = useOff('flow.write');
  const run = useDoing('runStep');
  const view = useStepView(owner.id);
  const language = languageOf(useThing()?.with?.['language']);
  const types = useTypes(owner.id);
  const typed = useTyped(typeof value === 'string' ? value : '', (text) => {
    owner.set(path, text === '' ? undefined : text);
    return true;
  });
  const declarations = types?.typescript ?? UNKNOWN;
  const complaints = useComplaints(language === 'python' ? null : { text: typed.text, language, declarations });
  const place = fieldPath(path);
  const here = problemsAt(owner.problems, { step: owner.id, field: place }, true);
  const ran = view?.problem?.at?.field === place ? view.problem : null;
  const marks = marksOf(typed.text, {
    complaints: complaints.found,
    checked: typed.dirty ? [] : here.filter(({ at }) => at?.line !== undefined),
    ran,
  });

  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeView>(null);
  const latest = useRef({ typed, known: null as Known | null });
  latest.current = { typed, known: language === 'python' ? null : { language, declarations } };
  const begin = useRef(typed.text);
  useEffect(() => {
    const parent = box.current;
    if (parent === null) return;
    const made = openCode({
      parent,
      text: begin.current,
      id,
      labelledBy: `${id}-label`,
      describedBy: `${id}-leave ${id}-note`,
      phrases: phrasesIn((word) => t(`code.words.${word}`)),
      help: help(() => latest.current.known),
      typed: (text) => latest.current.typed.change(text),
      flush: () => latest.current.typed.flush(),
      mayLeave: () => announce(t('code.mayLeave')),
    });
    editor.current = made;
    return () => {
      made.close();
      editor.current = null;
    };
  }, [id, t]);
  useEffect(() => editor.current?.text(typed.text), [typed.text]);
  useEffect(() => editor.current?.language(language), [language]);
  useEffect(() => editor.current?.readOnly(off !== undefined), [off]);
  const said = JSON.stringify(marks);
  useEffect(() => editor.current?.marks(JSON.parse(said) as readonly Marked[]), [said]);

  const runOff = run === null ? t('panel.runOff') : run.off;
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={hint}
      required={required}
      why={off ?? null}
      problems={typed.dirty ? [] : here.filter(({ at }) => at?.line === undefined)}
      act={
        <span className={classes.tools}>
          <Button size="compact-xs" variant="default" onClick={() => editor.current?.search()}>
            {t('code.find')}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={runOff !== undefined}
            title={runOff ?? keyText(specOf('runStep').keys?.[0] ?? '')}
            onClick={() => {
              typed.flush();
              run?.run();
            }}
          >
            {t('code.run')}
          </Button>
        </span>
      }
    >
      <div ref={box} className={classes.editor} />
      <p className={classes.quiet} id={`${id}-leave`}>
        {t('code.leave')}
      </p>
      {marks.length > 0 ? (
        <ul className={classes.problems} aria-label={t('code.problems')}>
          {marks.map((one) => (
            <li key={`${one.by} ${one.from} ${one.code} ${one.text}`}>
              <button
                type="button"
                className={classes.place}
                aria-label={t('code.goTo', { line: one.line, column: one.column })}
                onClick={() => editor.current?.goTo(one.line, one.column)}
              >
                {one.line}:{one.column}
              </button>
              <span>
                <span className={one.severity === 'error' ? classes.error : undefined}>
                  <span aria-hidden>{one.severity === 'error' ? '✕ ' : '! '}</span>
                  {t(`code.by.${one.by}`)}: {one.text}
                </span>{' '}
                <code>{one.code}</code>
              </span>
            </li>
          ))}
        </ul>
      ) : (
        language !== 'python' && <p className={classes.quiet}>{t(`code.types.${complaints.state}`)}</p>
      )}
      {types !== undefined && (
        <details className={classes.types}>
          <summary>{t('code.declared')}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by key */}
          <pre tabIndex={0} aria-label={t('code.declared')}>
            {language === 'python' ? types.python : types.typescript}
          </pre>
        </details>
      )}
      {language === 'python' && <Text className={classes.quiet}>{t('code.untyped')}</Text>}
    </FieldFrame>
  );
};

const languageOf = (value: unknown): CodeLanguage => (value === 'ts' || value === 'python' ? value : 'js');

/** The answer to a question: yes or no, one of its choices, or the fields of its form; with a remark. What is wrong stands at its field. */

import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { Refusal } from '../transport/client.ts';
import { growing } from '../ui/growing.ts';
import { notify } from '../ui/notices.tsx';
import type { AskLook } from './asks.ts';
import { begunValues, FieldInput } from './field-input.tsx';
import classes from './inbox.module.css';

const MOST_COMMENT = 2_000;

/** What the engine found wrong, by field; null: it is about no field. */
const wrongIn = (error: unknown): ReadonlyMap<string, string> | null => {
  if (!(error instanceof Refusal) || error.problem.code !== 'ask.invalid') return null;
  const { problems } = error.more;
  const at = (Array.isArray(problems) ? problems : []).flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('at' in one) || !('text' in one)) return [];
    const field: unknown = Reflect.get(Object(one.at), 'field');
    return typeof field === 'string' && field.startsWith('answer.')
      ? [[field.slice(7), String(one.text)] as const]
      : [];
  });
  return at.length === 0 ? null : new Map(at);
};

export const AnswerForm = ({ look, answered }: { readonly look: AskLook; readonly answered: () => void }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const id = useId();
  const { wanted } = look;
  const [comment, setComment] = useState('');
  const [choice, setChoice] = useState<string | null>(null);
  const [values, setValues] = useState(() => begunValues(wanted.kind === 'form' ? wanted.fields : []));
  const send = useMutation({
    mutationFn: (answer: unknown) =>
      engine.call('answerAsk', {
        params: { id: look.id },
        body: { answer: answer as never, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) },
      }),
    onSuccess: async ({ goesOn }) => {
      notify({ text: t(goesOn ? 'inbox.sentOn' : 'inbox.sent', { title: look.title }) });
      answered();
      // What it was is not to be seen again, not even until it was read anew.
      queries.removeQueries({ queryKey: ['asks', 'one', look.id] });
      await queries.invalidateQueries({ queryKey: ['asks'] });
    },
  });
  const wrong = wrongIn(send.error);
  const submit = (): void => {
    if (wanted.kind === 'choose' && choice !== null) send.mutate(choice);
    if (wanted.kind === 'form') send.mutate(values);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="md" maw={560}>
        {wanted.kind === 'choose' && (
          <fieldset className={classes.choices}>
            <legend>{t('inbox.choose')}</legend>
            {wanted.choices.map((one) => (
              <label key={one} className={classes.choice}>
                <input type="radio" name={id} value={one} checked={choice === one} onChange={() => setChoice(one)} />
                {one}
              </label>
            ))}
          </fieldset>
        )}
        {wanted.kind === 'form' &&
          wanted.fields.map((field) => (
            <FieldInput
              key={field.name}
              field={field}
              value={values[field.name]}
              error={wrong?.get(field.name)}
              set={(value) => setValues((was) => ({ ...was, [field.name]: value }))}
            />
          ))}
        <Textarea
          label={t('inbox.comment')}
          {...growing(2, 10)}
          maxLength={MOST_COMMENT}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {look.count > 1 && <Text size="sm">{t('inbox.several', { answers: look.answers, count: look.count })}</Text>}
        {send.error !== null && wrong === null && <FailureView error={send.error} />}
        {wrong !== null && (
          <Text size="sm" role="alert" c="var(--hg-failed)">
            {t('forms.wrong', { count: wrong.size })}
          </Text>
        )}
        {wanted.kind === 'approve' ? (
          <Group gap="sm">
            <Button loading={send.isPending && send.variables === 'approved'} onClick={() => send.mutate('approved')}>
              {t('inbox.approve')}
            </Button>
            <Button
              variant="default"
              loading={send.isPending && send.variables === 'refused'}
              onClick={() => send.mutate('refused')}
            >
              {t('inbox.refuse')}
            </Button>
          </Group>
        ) : (
          <Group>
            <Button
              type="submit"
              loading={send.isPending}
              disabled={wanted.kind === 'choose' && choice === null}
              title={wanted.kind === 'choose' && choice === null ? t('inbox.chooseFirst') : undefined}
            >
              {t('inbox.send')}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
};

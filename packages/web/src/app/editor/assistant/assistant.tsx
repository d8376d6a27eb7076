/**
 * The assistant beside the flow: its author says in words what is to change, a model that he picks proposes edits, and he
 * applies them or not.
 *
 * AV1 Nothing is done to the draft but by the button of a proposal, as one edit that undo takes back.
 * AV2 What the model says is drawn as text (ui/said-text): nothing of it is markup, and nothing loads by itself.
 */

import { Anchor, Autocomplete, Button, CloseButton, Group, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { ProblemView } from '../../problem/problem-view.tsx';
import { type EditorSearch, paths } from '../../router/paths.ts';
import { growing } from '../../ui/growing.ts';
import { SaidText } from '../../ui/said-text.tsx';
import { useEditor } from '../editor-context.ts';
import { Resizer } from '../panel/resizer.tsx';
import { useSize } from '../panel/use-size.ts';
import { useEnd } from '../playground/use-end.ts';
import classes from './assistant.module.css';
import { keepModel, keptModel, type Line } from './kept.ts';
import { ProposalView } from './proposal.tsx';
import { type Assist, useAssist } from './use-assist.ts';

const BOUNDS = { least: 320, most: 1200, begin: 440 };
const LONGEST = 20_000;

type Props = { readonly show: (part: EditorSearch, replace?: boolean) => void };

export const Assistant = ({ show }: Props) => {
  const { t } = useTranslation();
  const [width, resize] = useSize('headgate.assistant', BOUNDS);
  const assist = useAssist();
  const { log, said, onScroll } = useEnd();
  const { lines, busy } = assist;
  return (
    <aside className={classes.panel} style={{ width }} aria-label={t('assistant.title')}>
      <Resizer
        label={t('assistant.resize')}
        size={width}
        least={BOUNDS.least}
        most={BOUNDS.most}
        grows={-1}
        resize={resize}
      />
      <div className={classes.top}>
        <h2 className={classes.title}>{t('assistant.title')}</h2>
        {lines.length > 0 && (
          <Button size="compact-sm" variant="default" onClick={assist.fresh}>
            {t('assistant.new')}
          </Button>
        )}
        <CloseButton ml="auto" aria-label={t('assistant.close')} onClick={() => show({ talk: undefined })} />
      </div>
      <div
        ref={log}
        className={classes.log}
        role="log"
        aria-live="off"
        aria-label={t('assistant.said')}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={said} className={classes.said}>
          {lines.length === 0 && (
            <Stack gap="xs">
              <Text size="sm">{t('assistant.lead')}</Text>
              <Text size="sm" c="dimmed">
                {t('assistant.sends')}
              </Text>
            </Stack>
          )}
          {lines.map((line, i) => (
            <OneLine key={line.id} line={line} assist={assist} live={busy && i === lines.length - 1} />
          ))}
        </div>
      </div>
      <Write assist={assist} />
    </aside>
  );
};

const OneLine = ({ line, assist, live }: { readonly line: Line; readonly assist: Assist; readonly live: boolean }) => {
  const { t } = useTranslation();
  if (line.role === 'user')
    return (
      <article className={classes.mine} aria-label={t('assistant.you')}>
        <p className={classes.text}>{line.text}</p>
      </article>
    );
  const { text, uses, proposal, problem } = line;
  return (
    <article className={classes.theirs} aria-label={t('assistant.answer')} aria-busy={live}>
      {uses.length > 0 && (
        <ol className={classes.plain} aria-label={t('assistant.uses')}>
          {uses.map((use, i) => (
            <li key={i}>
              <code title={use.about}>{use.name}</code>
              {use.problem !== null && ` ${t('assistant.refused', { text: use.problem.text })}`}
            </li>
          ))}
        </ol>
      )}
      {text.trim() !== '' && <SaidText text={text.trim()} />}
      {live && (
        <Text size="sm" c="dimmed">
          {t('assistant.writes')}
        </Text>
      )}
      {problem !== null && <ProblemView problem={problem} />}
      {proposal !== null && <ProposalView line={line} proposal={proposal} assist={assist} />}
    </article>
  );
};

/** Names of models that talk, those first that are offered first; null: not known yet. */
const useModels = (): readonly string[] | null => {
  const { client } = useEditor();
  const { data } = useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => client.call('listModels', {}, signal),
    staleTime: 60_000,
  });
  if (data === undefined) return null;
  const talking = data.models.filter(({ does = ['chat'] }) => does.includes('chat'));
  const sorted = [...talking.filter(({ first }) => first), ...talking.filter(({ first }) => !first)];
  return [...new Set(sorted.map(({ name }) => name))];
};

const Write = ({ assist }: { readonly assist: Assist }) => {
  const { t } = useTranslation();
  const off = useOff('flow.assist');
  const names = useModels();
  const [model, setModel] = useState(keptModel);
  const [text, setText] = useState('');
  const [missing, setMissing] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => input.current?.focus(), []);
  const send = (): void => {
    const message = text.trim();
    if (message === '' || assist.busy || off !== undefined) return;
    setMissing(model.trim() === '');
    if (model.trim() === '') return;
    keepModel(model.trim());
    assist.send(message, model.trim());
    setText('');
  };
  return (
    <form
      className={classes.write}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Autocomplete
        size="xs"
        label={t('assistant.model')}
        data={[...(names ?? [])]}
        limit={50}
        placeholder={names?.[0] ?? 'openai/gpt-5-mini'}
        value={model}
        error={missing ? t('assistant.noModel') : undefined}
        onChange={(value) => {
          setModel(value);
          setMissing(false);
        }}
      />
      {names?.length === 0 && (
        <Text size="sm">
          {t('assistant.noModels')}{' '}
          <Anchor component={Link} to={paths.settings('models')} size="sm" underline="always">
            {t('assistant.setUp')}
          </Anchor>
        </Text>
      )}
      <Textarea
        ref={input}
        aria-label={t('assistant.write')}
        placeholder={t('assistant.write')}
        description={t('assistant.keys')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        {...growing(2, 8)}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <Group justify="end" gap="xs">
        {assist.busy ? (
          <Button size="compact-sm" color="red" variant="outline" onClick={assist.stop}>
            {t('assistant.stop')}
          </Button>
        ) : (
          <Button size="compact-sm" type="submit" disabled={off !== undefined} title={off}>
            {t('assistant.send')}
          </Button>
        )}
      </Group>
    </form>
  );
};

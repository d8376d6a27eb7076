/** What to do next with the first flow, one thing at a time, beside the flow: nothing waits for it, and it can be put away. */

import { Anchor, Button, Code, Text } from '@mantine/core';
import { everyStep, type Flow } from '@headgate/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDoing } from '../../actions/use-action.ts';
import type { EditorSearch } from '../../router/paths.ts';
import { announce } from '../../ui/announce.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { hasDocs } from '../../ui/docs-link.ts';
import { exampleOf } from '../api/snippets.ts';
import { useDraftState, useEditor, useWatched } from '../editor-context.ts';
import { toField } from '../problems/to-field.ts';
import { curlOf } from '../publish/webhooks.tsx';
import classes from './hints.module.css';
import { keptHints } from './kept-hints.ts';
import { advanced, HINTS, hintOf, type Progress } from './progress.ts';

type Props = { readonly from: Progress; readonly show: (part: EditorSearch) => void; readonly close: () => void };

const codeIn = (flow: Flow): string | undefined => [...everyStep(flow)].find(({ kind }) => kind === 'code@1')?.id;

export const Hints = ({ from, show, close }: Props) => {
  const { t } = useTranslation();
  const { client, draft, room } = useEditor();
  const { flow, history } = useDraftState();
  const { run, now } = useWatched();
  const runFlow = useDoing('runFlow');
  const [progress, setProgress] = useState(from);
  const [called, setCalled] = useState(false);
  const versions = useQuery({
    queryKey: ['versions', draft.id, 'hints'],
    queryFn: ({ signal }) => client.call('listVersions', { params: { id: draft.id } }, signal),
  });
  const published = (versions.data?.versions.length ?? 0) > 0;
  const hint = hintOf(progress);
  const hooks = useQuery({
    queryKey: ['webhooks', draft.id, 'hints'],
    enabled: hint === 'call' && published,
    queryFn: ({ signal }) => client.call('listWebhooks', { params: { id: draft.id }, query: {} }, signal),
  });
  useEffect(() => room.onRun(({ trigger }) => trigger.kind !== 'manual@1' && setCalled(true)), [room]);
  const ended = run !== null && now.state === 'done' ? run : null;
  const edited = history.done.length > 0;
  useEffect(() => {
    const next = advanced(progress, { ended, edited, published, called });
    if (next === progress) return;
    setProgress(next);
    keptHints.keep(next);
    const coming = hintOf(next);
    if (coming !== hint) announce(t(`hints.${coming ?? 'done'}`));
  }, [progress, hint, ended, edited, published, called, t]);

  const putAway = (): void => {
    keptHints.putAway();
    close();
  };
  const code = codeIn(flow);
  const url = hooks.data?.webhooks[0]?.url;
  const curl = url === undefined ? null : curlOf(url, exampleOf(flow.input ?? { type: 'object' }));
  return (
    <section className={classes.strip} aria-label={t('hints.title')} data-hint={hint ?? 'done'}>
      <Text size="sm" className={classes.text}>
        {hint !== null && (
          <Text span size="sm" fw={600} mr={8} className="hg-number">
            {t('hints.count', { at: HINTS.indexOf(hint) + 1, of: HINTS.length })}
          </Text>
        )}
        {t(`hints.${hint ?? 'done'}`)}
      </Text>
      {hint === 'run' && (
        <Button size="compact-sm" onClick={() => runFlow?.run()}>
          {t('hints.runAct')}
        </Button>
      )}
      {hint === 'change' && code !== undefined && (
        <Button
          size="compact-sm"
          onClick={() => {
            show({ step: code, tab: 'settings' });
            toField('with.source');
          }}
        >
          {t('hints.changeAct')}
        </Button>
      )}
      {hint === 'publish' && (
        <Button size="compact-sm" onClick={() => show({ page: 'publish' })}>
          {t('hints.publishAct')}
        </Button>
      )}
      {hint === 'call' && curl !== null && (
        <>
          <CopyButton value={curl} label={t('hints.callAct')} />
          <Code className={classes.code} tabIndex={0}>
            {curl}
          </Code>
        </>
      )}
      {hint === null && (
        <>
          <Anchor component={Link} to="/flows/new" size="sm">
            {t('hints.templates')}
          </Anchor>
          {hasDocs() && (
            <Anchor href="/docs" size="sm">
              {t('hints.guides')}
            </Anchor>
          )}
        </>
      )}
      <Button size="compact-sm" variant="default" onClick={putAway}>
        {t(hint === null ? 'hints.close' : 'hints.putAway')}
      </Button>
    </section>
  );
};

/**
 * The tools of the server that the step names, asked for by a press: to be read, and one of them to be chosen.
 *
 * MV1 The server is asked by a run of the draft, with what the step was lent and no more; nothing is asked by opening a step.
 */

import { Anchor, Button, Group, Text, TextInput } from '@mantine/core';
import { type Problem, problem } from '@headgate/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../../access/may.ts';
import { FailureView, ProblemView } from '../../../problem/problem-view.tsx';
import { paths } from '../../../router/paths.ts';
import { announce } from '../../../ui/announce.ts';
import { useEditor } from '../../editor-context.ts';
import { toField } from '../../problems/to-field.ts';
import { Changed } from './changed.tsx';
import classes from './mcp.module.css';
import { Said } from './said.tsx';
import { type Listed, listedOf, type Pinned, seen, type Tool } from './told.ts';

type Props = {
  readonly step: string;
  readonly url: string;
  readonly tool: string;
  readonly pinned: Pinned | null;
  readonly take: (tool: Tool) => void;
};

type Came = { readonly run: string | null } & ({ readonly listed: Listed } | { readonly why: Problem });

/** Seconds that are waited. */
const WAIT = 40;
/** Tools that are shown at a time, and from how many on there is a search. */
const SHOWN = 30;
const MANY = 8;

const useAsk = (step: string) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  return useMutation({
    mutationFn: async (): Promise<Came> => {
      // What is asked is what stands on the screen.
      if (!(await draft.flush())) return { run: null, why: problem('flow.conflict', t('mcpTools.unsaved')) };
      const { revision } = draft.state();
      const body = { draft: true as const, revision, tools: step, wait: WAIT };
      const answer = await client.call('startRun', { params: { id: draft.id }, body });
      const run = answer.id;
      if (!('output' in answer)) return { run, why: problem('egress.timeout', t('mcpTools.late')) };
      if (answer.problem !== undefined) return { run, why: answer.problem };
      const listed = listedOf(answer.output);
      return listed === null ? { run, why: problem('mcp.answer', t('mcpTools.broken')) } : { run, listed };
    },
    onSuccess: (came) => {
      if ('listed' in came) announce(t('mcpTools.found', { count: came.listed.tools.length }));
    },
  });
};

export const Tools = ({ step, url, tool, pinned, take }: Props) => {
  const { t } = useTranslation();
  const off = useOff('flow.write');
  const ask = useAsk(step);
  const [search, setSearch] = useState('');
  const why = off ?? (url === '' ? t('mcpTools.noAddress') : undefined);
  const came = ask.data;
  const listed = came !== undefined && 'listed' in came ? came.listed : null;
  const now = listed?.tools.find(({ name }) => name === tool);
  return (
    <section className={classes.part} aria-label={t('mcpTools.title')}>
      <h2 className={classes.name}>{t('mcpTools.title')}</h2>
      <p className={classes.quiet}>{t('mcpTools.lead')}</p>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          disabled={why !== undefined}
          title={why}
          loading={ask.isPending}
          onClick={() => ask.mutate()}
        >
          {t('mcpTools.see')}
        </Button>
        {url === '' && <Text size="xs">{t('mcpTools.noAddress')}</Text>}
      </Group>
      {ask.error !== null && <FailureView error={ask.error} />}
      {came !== undefined && 'why' in came && <Refused why={came.why} run={came.run} />}
      {listed !== null && pinned !== null && now !== undefined && (
        <Changed was={pinned} now={now} off={off} take={() => take(now)} />
      )}
      {listed !== null && tool !== '' && now === undefined && (
        <Text size="sm" role="alert">
          {t('mcpTools.gone', { tool: seen(tool) })}
        </Text>
      )}
      {listed !== null && <List listed={listed} tool={tool} off={off} {...{ search, setSearch, take }} />}
    </section>
  );
};

/** Why there is no list, and where it is mended. */
const Refused = ({ why, run }: { readonly why: Problem; readonly run: string | null }) => {
  const { t } = useTranslation();
  const lacks = why.code === 'grant.missing';
  const toNeeds = (): void => {
    const needs = document.querySelector<HTMLElement>('[data-needs]');
    needs?.scrollIntoView({ block: 'center' });
    needs?.focus();
  };
  const act = lacks ? (
    <Button size="compact-sm" onClick={toNeeds}>
      {t('needs.go')}
    </Button>
  ) : why.code === 'mcp.secret' ? (
    <Button size="compact-sm" onClick={() => toField('with.secret')}>
      {t('mcpTools.toSecret')}
    </Button>
  ) : run === null ? undefined : (
    <Anchor component={Link} to={paths.run(run)} size="sm" underline="always">
      {t('mcpTools.toRun')}
    </Anchor>
  );
  return <ProblemView problem={why} act={act} />;
};

type ListProps = {
  readonly listed: Listed;
  readonly tool: string;
  readonly off: string | undefined;
  readonly search: string;
  readonly setSearch: (text: string) => void;
  readonly take: (tool: Tool) => void;
};

const List = ({ listed, tool, off, search, setSearch, take }: ListProps) => {
  const { t } = useTranslation();
  const { tools, left } = listed;
  const words = search.toLowerCase().split(/\s+/);
  const found = tools.filter(({ name, pinned: { description = '' } }) =>
    words.every((word) => `${name} ${description}`.toLowerCase().includes(word)),
  );
  return (
    <>
      <p className={classes.quiet}>
        {tools.length === 0 ? t('mcpTools.none') : t('mcpTools.found', { count: tools.length })}
      </p>
      {tools.length > MANY && (
        <TextInput
          size="sm"
          aria-label={t('mcpTools.search')}
          placeholder={t('mcpTools.search')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {found.length > 0 && (
        <ul className={classes.tools} aria-label={t('mcpTools.title')}>
          {found.slice(0, SHOWN).map((one) => (
            <li key={one.name} className={classes.tool}>
              <div className={classes.top}>
                <code className={classes.name}>{one.name}</code>
                {one.name === tool ? (
                  <span className={classes.quiet}>{t('mcpTools.chosen')}</span>
                ) : (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={t('mcpTools.chooseOf', { tool: one.name })}
                    disabled={off !== undefined}
                    title={off}
                    onClick={() => take(one)}
                  >
                    {t('mcpTools.choose')}
                  </Button>
                )}
              </div>
              <Said pinned={one.pinned} />
            </li>
          ))}
        </ul>
      )}
      {found.length > SHOWN && <p className={classes.quiet}>{t('mcpTools.more', { count: found.length - SHOWN })}</p>}
      {left.length > 0 && <p className={classes.quiet}>{t('mcpTools.left', { names: left.map(seen).join(', ') })}</p>}
    </>
  );
};

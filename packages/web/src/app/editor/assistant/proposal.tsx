/** What the assistant proposes: the difference, what the draft would lack, and the two buttons. */

import { Button, Group, Stack, Text } from '@mantine/core';
import type { Problem } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { placeText, ProblemView } from '../../problem/problem-view.tsx';
import { useDraftState } from '../editor-context.ts';
import { DiffView } from '../publish/diff-view.tsx';
import { givenBy } from './given.ts';
import type { Line, Proposal } from './kept.ts';
import classes from './assistant.module.css';
import type { Assist } from './use-assist.ts';

type Props = { readonly line: Line; readonly proposal: Proposal; readonly assist: Assist };

export const ProposalView = ({ line, proposal, assist }: Props) => {
  const { t } = useTranslation();
  const { revision } = useDraftState();
  const off = useOff('flow.write');
  const [failed, setFailed] = useState<Problem | null>(null);
  const [applying, setApplying] = useState(false);
  const { became } = line;
  const { problems, diff } = proposal;
  const apply = async (): Promise<void> => {
    setApplying(true);
    setFailed(await assist.apply(line));
    setApplying(false);
  };
  return (
    <section className={classes.proposal} aria-label={t('assistant.proposal')}>
      <Stack gap="xs">
        <DiffView diff={diff} given={givenBy(proposal.edits)} />
        {diff.powers.gained.length > 0 && <Text size="sm">{t('assistant.powersLater')}</Text>}
        {problems.length > 0 && (
          <div>
            <Text size="sm" fw={600}>
              {t('assistant.problems', { count: problems.length })}
            </Text>
            <ul className={classes.plain}>
              {problems.map(({ text, at }, i) => (
                <li key={i}>
                  {at === undefined ? '' : `${placeText(at)}: `}
                  {text}
                </li>
              ))}
            </ul>
          </div>
        )}
        {failed !== null && <ProblemView problem={failed} />}
        {became === 'open' && !assist.busy && (
          <>
            {revision !== proposal.revision && <Text size="sm">{t('assistant.older')}</Text>}
            <Group gap="xs">
              <Button
                size="compact-sm"
                disabled={off !== undefined}
                title={off}
                loading={applying}
                onClick={() => void apply()}
              >
                {t('assistant.apply')}
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => assist.drop(line)}>
                {t('assistant.drop')}
              </Button>
            </Group>
          </>
        )}
        {became === 'applied' && <Text size="sm">{t('assistant.applied')}</Text>}
        {became === 'dropped' && <Text size="sm">{t('assistant.dropped')}</Text>}
      </Stack>
    </section>
  );
};

/** A Problem as a person reads it: where, what, what to do, and the code behind it. */

import { Alert, Anchor, Code, Group, Stack, Text } from '@mantine/core';
import type { Place, Problem } from '@headgate/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Refusal } from '../transport/client.ts';
import { Unreached } from '../transport/transport.ts';
import { docsLink, hasDocs } from '../ui/docs-link.ts';
import { CopyButton } from '../ui/copy-button.tsx';

/** `Flow → step → field → item`, as far as it is known. */
export const placeText = ({ flow, step, field, item, line, column }: Place): string =>
  [
    flow,
    step,
    field,
    item === undefined ? undefined : item.map((index) => `#${index + 1}`).join(' '),
    line === undefined ? undefined : `${line}:${column ?? 1}`,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' → ');

/** The text of the report holds no data of the flow: a Problem never carries values (see problem.ts in core). */
export const reportOf = (problem: Problem): string =>
  JSON.stringify({ code: problem.code, text: problem.text, at: problem.at, version: document.title }, null, 2);

export const ProblemView = ({ problem, act }: { readonly problem: Problem; readonly act?: ReactNode }) => {
  const { t } = useTranslation();
  const place = problem.at === undefined ? '' : placeText(problem.at);
  return (
    <Alert color="red" variant="outline" title={place === '' ? t('common.problem.title') : place} role="alert">
      <Stack gap={6}>
        <Text size="sm">{problem.text}</Text>
        {problem.fix !== undefined && (
          <Text size="sm" fw={600}>
            {problem.fix}
          </Text>
        )}
        <Group gap="sm">
          {act}
          {hasDocs() ? (
            <Anchor href={docsLink.problem(problem.code)} target="_blank" rel="noreferrer">
              <Code>{problem.code}</Code>
            </Anchor>
          ) : (
            <Code>{problem.code}</Code>
          )}
          <CopyButton value={reportOf(problem)} label={t('common.problem.report')} />
        </Group>
      </Stack>
    </Alert>
  );
};

/** Whatever went wrong with a call. */
export const FailureView = ({ error, again }: { readonly error: unknown; readonly again?: () => void }) => {
  const { t } = useTranslation();
  const retry = again !== undefined && (
    <Anchor component="button" type="button" size="sm" onClick={again}>
      {t('common.again')}
    </Anchor>
  );
  if (error instanceof Refusal) return <ProblemView problem={error.problem} act={retry} />;
  if (error instanceof Unreached)
    return (
      <Alert color="yellow" variant="outline" title={t('common.unreached.title')} role="alert">
        <Text size="sm">{t('common.unreached.text')}</Text>
        {retry}
      </Alert>
    );
  throw error;
};

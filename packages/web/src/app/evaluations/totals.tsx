/** What an evaluation is called, and what its rows came to. */

import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../transport/client.ts';

type Named = Pick<Answer<'listEvaluations'>['evaluations'][number], 'version' | 'dataset'>;

/** `Version 3 on Greetings`. */
export const useTitle = (): ((one: Named) => string) => {
  const { t } = useTranslation();
  return ({ version, dataset }) =>
    version === null
      ? t('evaluations.titleDraft', { dataset: dataset.name })
      : t('evaluations.titleVersion', { version, dataset: dataset.name });
};

export const useScoreText = (): ((score: number | null) => string) => {
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 });
  return (score) => (score === null ? '–' : number.format(score));
};

type Props = { readonly names: readonly string[]; readonly means: readonly (number | null)[] };

/** The mean of each score, beside what it is called. */
export const Means = ({ names, means }: Props) => {
  const text = useScoreText();
  return (
    <Stack gap={0}>
      {names.map((name, at) => (
        <Text key={name} size="sm" className="hg-number">
          {name} {text(means[at] ?? null)}
        </Text>
      ))}
    </Stack>
  );
};

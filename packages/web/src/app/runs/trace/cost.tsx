/** What something used: time, tokens, money; only what there was of it. */

import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { durationText } from '../../ui/duration.ts';
import type { Used } from './trace.ts';

const MILLION = 1_000_000;

type Props = { readonly used: Used; readonly took?: number | null };

export const Cost = ({ used, took = null }: Props) => {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const money = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2, maximumFractionDigits: 6 });
  const parts = [
    ...(took === null ? [] : [durationText(took, i18n.language)]),
    ...(used.tokens === 0 ? [] : [t('trace.tokens', { count: used.tokens, tokens: number.format(used.tokens) })]),
    ...(used.money === 0 ? [] : [t('trace.money', { money: money.format(used.money / MILLION) })]),
  ];
  return parts.length === 0 ? null : (
    <Text span size="xs" c="dimmed" className="hg-number">
      {parts.join(' · ')}
    </Text>
  );
};

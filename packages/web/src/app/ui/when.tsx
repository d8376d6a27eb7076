/** A time: how long ago, and exactly, with its zone, on hover and for who hears it. */

import { useTranslation } from 'react-i18next';

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

export const ago = (iso: string, language: string, now = Date.now()): string => {
  const seconds = (Date.parse(iso) - now) / 1000;
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS[5];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.round(seconds / size), unit);
};

export const When = ({ iso }: { readonly iso: string | null }) => {
  const { t, i18n } = useTranslation();
  if (iso === null) return <>{t('common.time.never')}</>;
  const exact = new Date(iso).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'long' });
  return (
    <time dateTime={iso} title={exact} className="hg-number">
      {ago(iso, i18n.language)}
    </time>
  );
};

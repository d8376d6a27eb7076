/** Runs over time: a bar a part, what failed at its foot. Who hears it gets the same as a table. */

import { VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../transport/client.ts';
import classes from './bars.module.css';

export const Bars = ({ parts }: { readonly parts: Answer<'getOverview'>['parts'] }) => {
  const { t, i18n } = useTranslation();
  const most = Math.max(1, ...parts.map(({ runs }) => runs));
  const long = parts.length > 24;
  const said = (iso: string): string =>
    new Date(iso).toLocaleString(
      i18n.language,
      long ? { dateStyle: 'short', timeStyle: 'short' } : { timeStyle: 'short' },
    );
  const [first, last] = [parts[0], parts.at(-1)];
  return (
    <div>
      <div className={classes.bars} aria-hidden>
        {parts.map(({ from, runs, failed }) => (
          <span
            key={from}
            className={classes.bar}
            title={`${said(from)}: ${t('overview.bar', { runs, failed })}`}
            style={{ height: `${Math.max(runs === 0 ? 1 : 4, (100 * runs) / most)}%` }}
          >
            <span className={classes.failed} style={{ height: `${runs === 0 ? 0 : (100 * failed) / runs}%` }} />
          </span>
        ))}
      </div>
      <div className={classes.ends} aria-hidden>
        <span>{first === undefined ? '' : said(first.from)}</span>
        <span className="hg-number">{t('overview.most', { count: most })}</span>
        <span>{last === undefined ? '' : said(last.from)}</span>
      </div>
      <VisuallyHidden>
        <table>
          <caption>{t('overview.time')}</caption>
          <tbody>
            {parts
              .filter(({ runs }) => runs > 0)
              .map(({ from, runs, failed }) => (
                <tr key={from}>
                  <th scope="row">{said(from)}</th>
                  <td>{t('overview.bar', { runs, failed })}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </div>
  );
};

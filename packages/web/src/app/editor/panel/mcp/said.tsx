/** What a server says of a tool, drawn as text and nothing else (told.ts MT1). */

import { useTranslation } from 'react-i18next';
import classes from './mcp.module.css';
import { argumentsOf, hintsOf, type Pinned, seen } from './told.ts';

export const Said = ({ pinned }: { readonly pinned: Pinned }) => {
  const { t } = useTranslation();
  const { title = '', description = '' } = pinned;
  const hints = hintsOf(pinned);
  const takes = argumentsOf(pinned);
  return (
    <>
      {title !== '' && <p className={classes.quiet}>{seen(title)}</p>}
      <p className={description === '' ? classes.quiet : classes.said}>
        {description === '' ? t('mcpTools.silent') : seen(description)}
      </p>
      {hints.length > 0 && (
        <p className={classes.quiet}>
          {t('mcpTools.claims')}:{' '}
          {hints.map(({ hint, is }) => t(`mcpTools.hints.${hint}.${is ? 'yes' : 'no'}`)).join(', ')}
        </p>
      )}
      <p className={classes.quiet}>
        {t('mcpTools.arguments')}: {takes.length === 0 && t('mcpTools.takesNothing')}
      </p>
      {takes.length > 0 && (
        <ul className={classes.arguments}>
          {takes.map(({ name, type, required, says }) => (
            <li key={name}>
              <code>{seen(name)}</code>
              {type !== '' && ` ${seen(type)}`}
              {required && `, ${t('mcpTools.required')}`}
              {says !== '' && `: ${seen(says)}`}
            </li>
          ))}
        </ul>
      )}
    </>
  );
};

/** What of an account a connection asks for, in the sentences of its service. Nothing is asked for that nobody chose. */

import { Checkbox, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

type Scope = { readonly scope: string; readonly text: string };

/** Scopes as a service tells of them; none where it tells of none. */
export const scopesOf = (told: unknown): readonly Scope[] =>
  !Array.isArray(told)
    ? []
    : told.flatMap((one: unknown) => {
        if (typeof one !== 'object' || one === null || !('scope' in one) || !('text' in one)) return [];
        return [{ scope: String(one.scope), text: String(one.text) }];
      });

type Props = {
  readonly scopes: readonly Scope[];
  /** Those that are chosen, with blanks between. */
  readonly value: string;
  readonly choose: (value: string) => void;
};

export const ScopeChoice = ({ scopes, value, choose }: Props) => {
  const { t } = useTranslation();
  return (
    <Checkbox.Group
      label={t('connections.scopes')}
      description={t('connections.scopesHint')}
      value={value.split(' ').filter((one) => one !== '')}
      onChange={(chosen) => choose(chosen.join(' '))}
    >
      <Stack gap={6} mt={6}>
        {scopes.map(({ scope, text }) => (
          <Checkbox key={scope} value={scope} label={text} description={scope} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
};

/** A problem at its field: what is wrong, what to do about it, and where it and the setting are explained, if the documentation is served. */

import { Anchor, Code, Group, Text } from '@mantine/core';
import type { Problem } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { docsLink, hasDocs } from '../../../ui/docs-link.ts';
import { useOwner } from '../settings/owner.ts';
import classes from './form.module.css';
import { settingOf } from './problems.ts';

export const FieldProblem = ({ problem: { code, text, fix, at } }: { readonly problem: Problem }) => {
  const { t } = useTranslation();
  const { kind } = useOwner();
  return (
    <div>
      <Text size="xs" className={classes.wrong}>
        <span aria-hidden>✕ </span>
        {text}
      </Text>
      {fix !== undefined && (
        <Text size="xs" fw={600} className={classes.fix}>
          {fix}
        </Text>
      )}
      {hasDocs() && (
        <Group gap="sm">
          <Anchor
            href={docsLink.problem(code)}
            target="_blank"
            rel="noreferrer"
            size="xs"
            aria-label={t('panel.aboutProblem', { code })}
          >
            <Code>{code}</Code>
          </Anchor>
          <Anchor href={docsLink.step(kind, settingOf(at?.field ?? ''))} target="_blank" rel="noreferrer" size="xs">
            {t('panel.aboutSetting')}
          </Anchor>
        </Group>
      )}
    </div>
  );
};

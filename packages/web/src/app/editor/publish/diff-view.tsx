/**
 * What changed between two flows, in the words of flows: steps added, changed and removed, fields from old to new, and the
 * powers gained, in red. Where boxes stand on the canvas is said in one line at the end.
 */

import { Anchor, Badge, Code, Group, Paper, Stack, Text } from '@mantine/core';
import type { Change, FlowDiff, StepChange } from '@headgate/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '../../ui/section.tsx';
import classes from './diff-view.module.css';

/** `given`: what steps and triggers that are new are set to, where that is to be read, too. */
type Props = {
  readonly diff: FlowDiff;
  readonly names?: ReadonlyMap<string, string>;
  readonly given?: ReadonlyMap<string, readonly Change[]>;
};

const NO_NAMES: ReadonlyMap<string, string> = new Map();
const NOT_GIVEN: ReadonlyMap<string, readonly Change[]> = new Map();

export const DiffView = ({ diff, names = NO_NAMES, given = NOT_GIVEN }: Props) => {
  const { t } = useTranslation();
  const { steps, triggers, powers } = diff;
  const title = (id: string): string => {
    const name = names.get(id);
    return name === undefined || name === id ? id : `${name} (${id})`;
  };
  if (diff.same)
    return <Text size="sm">{diff.layout.length === 0 ? t('publish.diff.same') : t('publish.diff.layoutOnly')}</Text>;
  return (
    <Stack gap="md">
      {(powers.gained.length > 0 || powers.lost.length > 0) && (
        <Section title={t('publish.diff.powers')} order={3}>
          <ul className={classes.list}>
            {powers.gained.map((one) => (
              <li key={`${one.step} ${one.power}`} className={classes.gained}>
                <b>{t('publish.diff.gained')}</b> {one.sentence} <Code>{one.power}</Code>{' '}
                <Text span size="sm">
                  {t('publish.diff.forStep', { step: title(one.step) })}
                </Text>
              </li>
            ))}
            {powers.lost.map((one) => (
              <li key={`${one.step} ${one.power}`}>
                <b>{t('publish.diff.lost')}</b> {one.sentence} <Code>{one.power}</Code>{' '}
                <Text span size="sm">
                  {t('publish.diff.forStep', { step: title(one.step) })}
                </Text>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t('publish.diff.steps')} order={3}>
        <Stack gap="xs">
          {steps.added.map(({ id, kind }) => (
            <Thing key={id} sign="added" title={title(id)} kind={kind}>
              <Fields changes={given.get(id) ?? []} />
            </Thing>
          ))}
          {steps.removed.map(({ id, kind }) => (
            <Thing key={id} sign="removed" title={title(id)} kind={kind} />
          ))}
          {steps.changed.map((change) => (
            <Changed key={change.id} title={title(change.id)} change={change} />
          ))}
          {triggers.added.map(({ id, kind }) => (
            <Thing key={id} sign="added" title={title(id)} kind={kind} trigger>
              <Fields changes={given.get(id) ?? []} />
            </Thing>
          ))}
          {triggers.removed.map(({ id, kind }) => (
            <Thing key={id} sign="removed" title={title(id)} kind={kind} trigger />
          ))}
          {triggers.changed.map(({ id, changes }) => (
            <Thing key={id} sign="changed" title={title(id)} trigger>
              <Fields changes={changes} />
            </Thing>
          ))}
          {[...diff.flow, ...diff.settings].length > 0 && (
            <Thing sign="changed" title={t('publish.diff.flow')}>
              <Fields changes={[...diff.flow, ...diff.settings]} />
            </Thing>
          )}
          {diff.reordered && <Text size="sm">{t('publish.diff.reordered')}</Text>}
        </Stack>
      </Section>
      {diff.layout.length > 0 && (
        <Text size="sm" c="var(--hg-quiet)">
          {t('publish.diff.layout', { count: diff.layout.length })}
        </Text>
      )}
    </Stack>
  );
};

const COLORS = { added: 'teal', removed: 'red', changed: 'gray' } as const;
const SIGNS = { added: '+', removed: '−', changed: '~' } as const;

const Thing = ({
  sign,
  title,
  kind,
  trigger = false,
  children,
}: {
  readonly sign: keyof typeof COLORS;
  readonly title: string;
  readonly kind?: string;
  readonly trigger?: boolean;
  readonly children?: ReactNode;
}) => {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="xs">
      <Group gap="xs">
        <Badge variant="outline" color={COLORS[sign]}>
          {SIGNS[sign]} {t(`publish.diff.${sign}`)}
        </Badge>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        {kind !== undefined && <Code>{kind}</Code>}
        {trigger && (
          <Text size="xs" c="var(--hg-quiet)">
            {t('publish.diff.trigger')}
          </Text>
        )}
      </Group>
      {children}
    </Paper>
  );
};

const Changed = ({ title, change }: { readonly title: string; readonly change: StepChange }) => {
  const { t } = useTranslation();
  const { wires, moved } = change;
  const wired = wires.added.length > 0 || wires.removed.length > 0;
  return (
    <Thing sign="changed" title={title}>
      <Fields changes={change.changes} />
      {wired && (
        <Text size="sm" mt={4}>
          {t('publish.diff.wires')}{' '}
          {[...wires.removed.map((one) => `− ${one}`), ...wires.added.map((one) => `+ ${one}`)].join('  ')}
        </Text>
      )}
      {moved !== null && (
        <Text size="sm" mt={4}>
          {t('publish.diff.moved', {
            from: moved.from ?? t('publish.diff.top'),
            to: moved.to ?? t('publish.diff.top'),
          })}
        </Text>
      )}
    </Thing>
  );
};

const Fields = ({ changes }: { readonly changes: readonly Change[] }) => (
  <div className={classes.fields}>
    {changes.map((change) => (
      <div key={change.path} className={classes.field}>
        <Text size="xs" c="var(--hg-quiet)" className={classes.path}>
          {change.path}
        </Text>
        {'from' in change && <Value sign="−" value={change.from} className={classes.old} />}
        {'to' in change && <Value sign="+" value={change.to} className={classes.now} />}
      </div>
    ))}
  </div>
);

const CUT = 400;

const Value = ({
  sign,
  value,
  className,
}: {
  readonly sign: string;
  readonly value: unknown;
  readonly className: string | undefined;
}) => {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const long = text.length > CUT;
  return (
    <div>
      <pre className={className}>
        {sign} {long && !open ? `${text.slice(0, CUT)}…` : text}
      </pre>
      {long && (
        <Anchor component="button" type="button" size="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('publish.diff.less') : t('publish.diff.all', { count: text.length })}
        </Anchor>
      )}
    </div>
  );
};

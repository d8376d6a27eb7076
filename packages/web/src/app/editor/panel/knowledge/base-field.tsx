/** A knowledge base, picked by its name among those of the flow's project that let the author in. One that is missing is made in place. */

import { Anchor, Button, Group, NativeSelect, Text } from '@mantine/core';
import { fieldPath } from '@headgate/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { paths } from '../../../router/paths.ts';
import { useEditor } from '../../editor-context.ts';
import { FieldFrame } from '../form/field-frame.tsx';
import type { FieldProps } from '../form/field-props.ts';
import { problemsAt } from '../form/problems.ts';
import { useOwner } from '../settings/owner.ts';

const BaseForm = lazy(() => import('../../../knowledge/base-form.tsx').then((made) => ({ default: made.BaseForm })));

export const BaseField = ({ path, label, hint, required = false, value }: FieldProps) => {
  const { t } = useTranslation();
  const id = useId();
  const owner = useOwner();
  const { client, draft } = useEditor();
  const queries = useQueryClient();
  const [making, setMaking] = useState(false);
  const select = useRef<HTMLSelectElement>(null);
  const flow = useQuery({
    queryKey: ['flow-row', draft.id],
    queryFn: ({ signal }) => client.call('getFlow', { params: { id: draft.id } }, signal),
    staleTime: 60_000,
  });
  const project = flow.data?.project;
  const bases = useQuery({
    queryKey: ['knowledge', project],
    enabled: project !== undefined,
    queryFn: ({ signal }) => client.call('listKnowledge', { query: { project } }, signal),
  });
  // Whom a base does not let in cannot lend it.
  const known = (bases.data?.bases ?? []).filter(({ mine }) => mine);
  const chosen = typeof value === 'string' ? value : '';
  const one = known.find(({ name }) => name === chosen);
  const absent = chosen !== '' && bases.data !== undefined && one === undefined;
  const close = (made: string | null): void => {
    setMaking(false);
    if (made !== null) {
      owner.set(path, made);
      void queries.invalidateQueries({ queryKey: ['powers', draft.id] });
    }
    // Who made it goes on where he was.
    setTimeout(() => select.current?.focus(), 0);
  };
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={hint}
      required={required}
      mode="value"
      // Which base it is can be computed, too.
      onMode={(mode) => mode === 'expression' && owner.set(path, `{{ ${JSON.stringify(chosen)} }}`)}
      why={absent ? t('knowledge.pick.missing', { name: chosen }) : null}
      problems={problemsAt(owner.problems, { step: owner.id, field: fieldPath(path) }, true)}
    >
      <Group gap="xs" wrap="nowrap">
        <NativeSelect
          id={id}
          ref={select}
          size="sm"
          style={{ flex: 1 }}
          aria-describedby={`${id}-note`}
          aria-invalid={absent}
          aria-required={required}
          value={chosen}
          onFocus={() => owner.aim(path)}
          onChange={(event) => owner.set(path, event.currentTarget.value || undefined)}
          data={[
            { value: '', label: t('knowledge.pick.none') },
            ...(chosen === '' || one !== undefined
              ? []
              : [{ value: chosen, label: absent ? t('knowledge.pick.gone', { name: chosen }) : chosen }]),
            ...known.map(({ name }) => name),
          ]}
        />
        <Button
          size="compact-sm"
          variant="default"
          disabled={project === undefined}
          title={project === undefined ? t('knowledge.pick.wait') : undefined}
          onClick={() => setMaking(true)}
        >
          {t('knowledge.pick.create')}
        </Button>
      </Group>
      {bases.error !== null && <Text size="xs">{t('knowledge.pick.unlisted')}</Text>}
      {one !== undefined && (
        <Text size="xs" c="var(--hg-quiet)">
          {t('knowledge.pick.holds', { count: one.pieces })}{' '}
          <Anchor
            href={paths.base(one.id, project === 'default' ? undefined : project)}
            target="_blank"
            rel="noreferrer"
            size="xs"
            underline="always"
          >
            {t('knowledge.pick.open')}
          </Anchor>
        </Text>
      )}
      {making && project !== undefined && (
        <Suspense fallback={null}>
          <BaseForm project={project} close={(made) => close(made === null ? null : made.name)} />
        </Suspense>
      )}
    </FieldFrame>
  );
};

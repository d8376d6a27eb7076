/** A secret, picked by its name: the field never has its value. One that is missing is made in place. */

import { Button, Group, NativeSelect } from '@mantine/core';
import { fieldPath } from '@headgate/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditor } from '../../editor-context.ts';
import type { FieldProps } from '../form/field-props.ts';
import { FieldFrame } from '../form/field-frame.tsx';
import { problemsAt } from '../form/problems.ts';
import { useOwner } from '../settings/owner.ts';
import { useThing } from '../settings/thing.ts';
import { CreateSecret } from './create-secret.tsx';
import { originOf } from './origin.ts';
import { useService } from '../../services/use-services.ts';

const ConnectionForm = lazy(() =>
  import('../../../connections/connection-form.tsx').then((made) => ({ default: made.ConnectionForm })),
);

export const SecretField = ({ path, label, hint, required = false, value }: FieldProps) => {
  const { t } = useTranslation();
  const id = useId();
  const owner = useOwner();
  const { client, draft } = useEditor();
  const queries = useQueryClient();
  const thing = useThing();
  const named = thing?.with?.['service'];
  const service = useService(typeof named === 'string' ? named : '');
  const origin = service.data?.origin ?? originOf(thing);
  const [making, setMaking] = useState<'secret' | 'connection' | null>(null);
  const select = useRef<HTMLSelectElement>(null);
  const flow = useQuery({
    queryKey: ['flow-row', draft.id],
    queryFn: ({ signal }) => client.call('getFlow', { params: { id: draft.id } }, signal),
    staleTime: 60_000,
  });
  const project = flow.data?.project;
  const secrets = useQuery({
    queryKey: ['secrets', project],
    enabled: project !== undefined,
    queryFn: ({ signal }) => client.call('listSecrets', { query: { project } }, signal),
  });
  // What a signature is checked with is one text, and a connection is none.
  const sent = !path.includes('signature');
  const fitting = (secrets.data?.secrets ?? []).filter(({ kind }) => sent || kind !== 'connection');
  const names = [...new Set(fitting.map(({ name }) => name))];
  const chosen = typeof value === 'string' ? value : '';
  const absent = chosen !== '' && secrets.data !== undefined && !names.includes(chosen);
  const close = (made: string | null): void => {
    setMaking(null);
    if (made !== null) {
      owner.set(path, made);
      void queries.invalidateQueries({ queryKey: ['secrets', project] });
      void queries.invalidateQueries({ queryKey: ['powers', draft.id] });
    }
    // Who made it goes on where he was.
    setTimeout(() => select.current?.focus(), 0);
  };
  const refused = secrets.error !== null ? t('panel.secret.unlisted') : null;
  const origins = (secrets.data?.secrets ?? []).find(({ name }) => name === chosen)?.origins ?? [];
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={hint}
      required={required}
      why={absent ? t('panel.secret.missing', { name: chosen }) : null}
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
          value={chosen}
          onChange={(event) => owner.set(path, event.currentTarget.value || undefined)}
          data={[
            { value: '', label: t('panel.secret.none') },
            ...(names.includes(chosen) || chosen === ''
              ? []
              : [{ value: chosen, label: t('panel.secret.gone', { name: chosen }) }]),
            ...names,
          ]}
        />
        <Button
          size="compact-sm"
          variant="default"
          disabled={project === undefined}
          title={project === undefined ? t('panel.secret.wait') : undefined}
          onClick={() => setMaking('secret')}
        >
          {t('panel.secret.create')}
        </Button>
        {sent && (
          <Button
            size="compact-sm"
            variant="default"
            disabled={project === undefined}
            title={project === undefined ? t('panel.secret.wait') : t('connections.pickTitle')}
            onClick={() => setMaking('connection')}
          >
            {t('connections.pick')}
          </Button>
        )}
      </Group>
      {refused !== null && <span style={{ fontSize: 12 }}>{refused}</span>}
      {chosen !== '' && !absent && origins.length > 0 && (
        <span style={{ fontSize: 12 }}>{t('panel.secret.origins', { origins: origins.join(', ') })}</span>
      )}
      {making === 'connection' && project !== undefined && (
        <Suspense fallback={null}>
          <ConnectionForm
            project={project}
            name={absent ? chosen : ''}
            service={(service.data?.connect ?? null) === null ? '' : (service.data?.name ?? '')}
            origin={origin}
            close={close}
          />
        </Suspense>
      )}
      {making === 'secret' && project !== undefined && (
        <CreateSecret project={project} name={absent ? chosen : ''} origin={origin} close={close} />
      )}
    </FieldFrame>
  );
};

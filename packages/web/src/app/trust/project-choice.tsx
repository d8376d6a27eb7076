/** Which project a page is about; it stands in the address. Not shown where there is one alone. */

import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';

export const useProjects = () => {
  const engine = useEngine();
  return useQuery({ queryKey: ['projects'], queryFn: ({ signal }) => engine.call('listProjects', {}, signal) });
};

export const useProject = (): string => {
  const { project } = useSearch({ strict: false });
  return project ?? 'default';
};

export const ProjectChoice = () => {
  const { t } = useTranslation();
  const projects = useProjects();
  const project = useProject();
  const navigate = useNavigate();
  const list = projects.data?.projects ?? [];
  if (list.length < 2) return null;
  return (
    <NativeSelect
      label={t('trust.project')}
      w={260}
      data={list.map(({ id, name }) => ({ value: id, label: name }))}
      value={project}
      onChange={(event) => {
        const { value } = event.currentTarget;
        void navigate({ to: '.', search: (was) => ({ ...was, project: value === 'default' ? undefined : value }) });
      }}
    />
  );
};

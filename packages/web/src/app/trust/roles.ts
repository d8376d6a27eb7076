/** Roles as choices: the built-in ones by their names in this language, those of the workspace by their own. */

import { ROLES, type Role } from '@headgate/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';

const isBuiltIn = (id: string): id is Role => ROLES.some((role) => role === id);

export const useRoles = () => {
  const engine = useEngine();
  return useQuery({ queryKey: ['roles'], queryFn: ({ signal }) => engine.call('listRoles', {}, signal) });
};

export const useRoleName = (): ((id: string | null) => string) => {
  const { t } = useTranslation();
  const { data } = useRoles();
  return (id) => {
    if (id === null) return t('trust.roles.none');
    if (isBuiltIn(id)) return t(`trust.roles.${id}`);
    return data?.roles.find((role) => role.id === id)?.name ?? id;
  };
};

/** `value` of the one that is none: the empty text. */
export const useRoleChoices = (): readonly { readonly value: string; readonly label: string }[] => {
  const name = useRoleName();
  const { data } = useRoles();
  return [
    { value: '', label: name(null) },
    ...(data?.roles ?? ROLES.map((id) => ({ id }))).map(({ id }) => ({ value: id, label: name(id) })),
  ];
};

/**
 * What the person may in the whole workspace, to switch off what would be refused, with the reason. The engine decides; this
 * only spares people a refusal, and where it does not know (roles in single projects) it lets them try.
 */

import { INSTANCE_PERMISSIONS, type Permission, ROLE_PERMISSIONS, type Role } from '@headgate/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { useSignedIn } from '../shell/signed-in.ts';

const isBuiltIn = (role: string): role is Role => Object.hasOwn(ROLE_PERMISSIONS, role);

/** The workspaces of the account, and the one that this session acts in. */
export const useWorkspaces = () => {
  const engine = useEngine();
  return useQuery({
    queryKey: ['workspaces', 'own'],
    queryFn: ({ signal }) => engine.call('ownWorkspaces', {}, signal),
    staleTime: 30_000,
  });
};

/** Null: not known (yet), so that nothing is said of it. */
export const useMayIn = (): ((permission: Permission) => boolean | null) => {
  const engine = useEngine();
  const account = useSignedIn();
  const { data } = useWorkspaces();
  const here = data?.workspaces.find(({ chosen }) => chosen) ?? data?.workspaces[0];
  const role = here?.role ?? null;
  const own = useQuery({
    queryKey: ['roles'],
    queryFn: ({ signal }) => engine.call('listRoles', {}, signal),
    enabled: role !== null && !isBuiltIn(role),
  });
  return (permission) => {
    if (INSTANCE_PERMISSIONS.has(permission))
      return account === null || account === 'token' ? null : account.administrator;
    if (role === null) return null;
    if (isBuiltIn(role)) return ROLE_PERMISSIONS[role].includes(permission);
    const made = own.data?.roles.find(({ id }) => id === role);
    return made === undefined ? null : made.permissions.includes(permission);
  };
};

/** Why the person cannot do what needs the permission; undefined: they can, or it is not known. */
export const useOff = (permission: Permission): string | undefined => {
  const { t } = useTranslation();
  return useMayIn()(permission) === false ? t('common.notPermitted.text', { permission }) : undefined;
};

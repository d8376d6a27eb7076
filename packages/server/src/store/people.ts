/**
 * People in workspaces, as types: members, groups, roles of a workspace's own, invitations, and the directory that says
 * what each may now.
 *
 * An account lives in the instance (accounts know it); a workspace knows its id alone.
 */

import type { Permission, Principal } from '@headgate/core';
import type { KeyRow } from './ports.ts';

/** A project, or a workspace, as lists show it. */
export type ProjectRow = { readonly id: string; readonly name: string; readonly created: number };

/** `role`: one of the five, the id of a custom role, or null: what projects and groups give, and nothing more. */
export type MemberRow = {
  readonly user: string;
  readonly role: string | null;
  readonly created: number;
  readonly by: string;
};

/** A member as lists show him, by the name and the address of his account. */
export type NamedMember = MemberRow & { readonly name: string; readonly email: string };

/** Who holds a role in one project; `holder` is an account or a group. */
export type ProjectMemberRow = {
  readonly project: string;
  readonly holder: string;
  readonly role: string;
  readonly created: number;
};

export type GroupRow = {
  readonly id: string;
  readonly name: string;
  readonly created: number;
  readonly users: readonly string[];
};

export type CustomRole = {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly created: number;
};

export type InvitationRow = {
  readonly id: string;
  readonly workspace: string;
  readonly email: string;
  readonly role: string | null;
  readonly projects: readonly { readonly project: string; readonly role: string }[];
  readonly by: string;
  readonly created: number;
  readonly expires: number;
  readonly accepted: number | null;
  readonly revoked: number | null;
};

/** What came of a change to a member. `last_owner`: it would leave the workspace without an owner. */
export type Changed = 'done' | 'missing' | 'last_owner';

export type Members = {
  list(): Promise<NamedMember[]>;
  get(user: string): Promise<MemberRow | null>;
  /** False: they are a member already. */
  add(member: MemberRow): Promise<boolean>;
  /** Says besides that it is the person, where the membership waits for that (accounts/ways-in.ts). */
  setRole(user: string, role: string | null): Promise<Changed>;
  /**
   * The end of a membership, all at once: roles, places in groups, keys, tokens, applications, lent powers and open
   * invitations they sent go; their flows go to `successor` (private ones if `privates`), or are switched off. Answers the keys that were revoked, and how many
   * keys of the workspace hold nothing any more, because it was he who made them.
   */
  remove(
    user: string,
    to: { readonly successor: string | null; readonly privates?: boolean; readonly at: number },
  ): Promise<{
    readonly changed: Changed;
    readonly keys: readonly string[];
    readonly flows: readonly string[];
    readonly orphans: number;
  }>;
  /** Roles in projects, of everybody or of one project. */
  inProjects(project?: string): Promise<ProjectMemberRow[]>;
  /** Gives or changes a role in a project; null takes it away. False: no such project or holder. */
  setProjectRole(project: string, holder: string, role: string | null, at: number): Promise<boolean>;
};

export type Groups = {
  list(): Promise<GroupRow[]>;
  get(id: string): Promise<GroupRow | null>;
  create(group: { readonly id: string; readonly name: string; readonly at: number }): Promise<void>;
  rename(id: string, name: string): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** Who is in it from now on. False: no such group, or one of them is no member. */
  setUsers(id: string, users: readonly string[]): Promise<boolean>;
};

export type CustomRoles = {
  list(): Promise<CustomRole[]>;
  get(id: string): Promise<CustomRole | null>;
  /** False: there is one of this name. */
  create(role: CustomRole): Promise<boolean>;
  /** `taken`: another one has the name. */
  change(
    id: string,
    to: { readonly name?: string; readonly permissions?: readonly Permission[] },
  ): Promise<'done' | 'missing' | 'taken'>;
  /** `used`: somebody holds it, or is invited with it. */
  remove(id: string): Promise<'done' | 'missing' | 'used'>;
};

export type WorkspaceInvitations = {
  list(): Promise<InvitationRow[]>;
  get(id: string): Promise<InvitationRow | null>;
  /** `hash`: of the invitation's token, which is kept nowhere. */
  create(row: InvitationRow, hash: string): Promise<void>;
  revoke(id: string, at: number): Promise<boolean>;
};

/** For accounts: what an invitation's token stands for, and taking it up. */
export type Invitations = {
  /** Null: never made, revoked, used or run out. */
  byHash(hash: string, now: number): Promise<InvitationRow | null>;
  /** Makes the account a member, once: false when somebody was faster, or the invitation ended meanwhile. */
  accept(hash: string, user: string, now: number): Promise<boolean>;
};

/** What the directory has to know of an account; null: there is none. */
export type Standing = { readonly active: boolean; readonly admin: boolean };

/** A principal, and when what it rests on runs out by itself. */
export type Named = { readonly principal: Principal; readonly expires: number | null };

/**
 * What each account and key may now, from the rows, kept until the store changes: a change of role, of a key or of a
 * membership holds within a second, everywhere and for every process.
 */
export type Directory = {
  /** The account in this workspace; null: it may nothing there. `weak`: it came in by a password or a link alone. */
  user(workspace: string, user: string, weak?: boolean): Promise<Principal | null>;
  /**
   * A key: its own scope, within what its account and its maker may now. Null: revoked, or one of them may nothing. Expiry is
   * not judged.
   */
  key(row: KeyRow): Promise<Principal | null>;
  /** Whoever a grant or a run names: an account (`u_…`) or a key. Expiry is not judged. */
  named(workspace: string, id: string): Promise<Named | null>;
  /** Does the workspace insist on two factors of its members? */
  insists(workspace: string): Promise<boolean>;
  /** Where this account is a member. */
  workspacesOf(
    user: string,
  ): Promise<
    { readonly id: string; readonly name: string; readonly role: string | null; readonly held: number | null }[]
  >;
};

/** The workspaces of the instance. */
export type Workspaces = {
  list(): Promise<ProjectRow[]>;
  /** Made with a project `default`, and with `owner` as its owner. False: there is one of this id already. */
  create(workspace: { id: string; name: string; at: number; owner?: string }): Promise<boolean>;
  rename(id: string, name: string): Promise<boolean>;
  /** Does it insist on two factors of its members? */
  twoFactors(id: string): Promise<boolean>;
  insist(id: string, on: boolean): Promise<boolean>;
  /**
   * Begins to delete a workspace: nobody gets in any more, and the engine goes on (rows/workspace-end.ts). `first`: the one
   * that the instance began with stays.
   */
  end(id: string, by: { readonly by: string; readonly at: number }): Promise<'done' | 'missing' | 'first'>;
  /**
   * Gives it an owner, when none of those it has is left (`owned` otherwise). An account that is a member becomes the owner.
   * `unfit`: no such account, or it is not active. `look`: says what would come of it, and does nothing.
   */
  appoint(
    id: string,
    owner: { readonly user: string; readonly by: string; readonly at: number; readonly look?: boolean },
  ): Promise<'done' | 'missing' | 'owned' | 'unfit'>;
};

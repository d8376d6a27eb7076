/** A record of the audit trail, and what may be looked for in it. */

export type AuditEntry = {
  readonly at: number;
  readonly workspace: string;
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: string | null;
  readonly run: string | null;
  readonly step: string | null;
};

/** What is looked for in the audit trail; all that is given has to fit. */
export type AuditSearch = {
  readonly actor?: string | undefined;
  /** What was done, or a family of it with its dot: `grant.`. */
  readonly action?: string | undefined;
  readonly decision?: 'allow' | 'deny' | undefined;
  /** Stands anywhere in the object, whatever its case. */
  readonly about?: string | undefined;
  readonly run?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
};

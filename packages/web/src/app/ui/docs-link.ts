/** Addresses of the documentation: the entry of a problem, of a kind of step, of one of its fields. */

export const docsLink = {
  problem: (code: string): string => `/docs/problems#${encodeURIComponent(code)}`,
  /** `field`: a setting of the kind, as `items`. */
  step: (kind: string, field?: string): string => `/docs/steps#${kind}${field === undefined ? '' : `.${field}`}`,
} as const;

/** Whether the server that this page came from has the documentation. */
export const hasDocs = (): boolean => document.querySelector('meta[name="headgate-docs"]') !== null;

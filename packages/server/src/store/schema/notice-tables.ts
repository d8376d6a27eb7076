/** The tables of what members are told of, as Kysely sees them. */

export type NoticeTables = {
  notice: {
    id: string;
    workspace: string;
    kind: string;
    project: string;
    flow: string | null;
    run: string | null;
    ask: string | null;
    name: string | null;
    code: string | null;
    /** Accounts and keys by whose doing it came about, a JSON list. */
    tell: string;
    grp: string;
    mailed: number;
    spread: number;
    at: number;
  };
  notice_for: {
    notice: string;
    workspace: string;
    user: string;
    grp: string;
    app: number;
    times: number;
    at: number;
    read: number | null;
    mail: string;
    due: number | null;
    letter: string | null;
    tries: number;
  };
  notice_choice: { workspace: string; user: string; zone: string; hour: number; kinds: string };
};

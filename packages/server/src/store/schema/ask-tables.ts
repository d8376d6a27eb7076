/** The tables of links that answer a waiting step, and of questions to people, as Kysely sees them. */

export type AskTables = {
  resume_token: {
    hash: string;
    workspace: string;
    run: string;
    step: string;
    item: string;
    note: string | null;
    deadline: number | null;
    used: number | null;
  };
  ask: {
    id: string;
    workspace: string;
    project: string;
    flow: string;
    run: string;
    step: string;
    item: string;
    title: string;
    state: string;
    opened: number;
    deadline: number | null;
    ended: number | null;
  };
  ask_who: { ask: string; workspace: string; kind: string; name: string };
  ask_link: { hash: string; ask: string; workspace: string; person: string };
};

/** Tables of projects, and values by key, as Kysely sees them. */

import type { GeneratedAlways } from 'kysely';

export type OwnTables = {
  /** `columns`: JSON. `made`: how many columns it ever had, which is what the next one is called after. */
  own_table: {
    id: string;
    workspace: string;
    project: string;
    name: string;
    columns: string;
    made: number;
    rows: number;
    bytes: number;
    version: number;
    by: string;
    created: number;
    updated: number;
  };
  own_row: {
    n: GeneratedAlways<number>;
    id: string;
    workspace: string;
    tbl: string;
    version: number;
    by: string;
    created: number;
    updated: number;
  };
  /** `at`: the row. `body`: all of a text whose beginning is `txt`, or JSON. `uniq`: set where the column is unique. */
  own_cell: {
    workspace: string;
    tbl: string;
    at: number;
    col: string;
    num: number | null;
    txt: string | null;
    body: string | null;
    box: Uint8Array | null;
    uniq: string | null;
  };
  own_value: {
    workspace: string;
    project: string;
    store: string;
    name: string;
    num: number | null;
    box: Uint8Array | null;
    bytes: number;
    version: number;
    expires: number | null;
    updated: number;
  };
  /** What a step of a run did, by its key. */
  own_effect: { workspace: string; run: string; name: string; answer: string };
};

/**
 * Schema with kinds of grants: a grant to a step knows the kind the step had when it was lent, and ends when the step is
 * published as another; and the call of a flow, which was lent by a name, is kept by the id of the one flow that has it.
 * Names that none or several have stay as they are, and lend nothing.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const MEANT = `from flow f join flow c on c.id = power_grant.flow
  where f.workspace = c.workspace and f.project = c.project and f.name = substr(power_grant.power, 12)`;

const UP = `
alter table power_grant add column kind text;
update power_grant set power = 'flow: call ' || (select f.id ${MEANT})
  where power like 'flow: call %' and 1 = (select count(*) ${MEANT})
    and not exists (select 1 from flow x where x.workspace = power_grant.workspace and x.id = substr(power_grant.power, 12));
`;

const DOWN = `
alter table power_grant drop column kind;
`;

export const grantKinds: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };

import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { kitIn } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const now = (): number => Date.now();
const PASSWORD = 'correct horse battery';

test('TOK-09 an invitation that is over makes none, at whatever moment it ended; one that stands makes one', async () => {
  const store = await kit.store({ clock: now });
  const { id: by } = (await store.accounts.superuser('ada@example.com', PASSWORD, now())).user;
  const { invitations } = store.in('default');
  const make = (email: string, invitation: string) =>
    store.accounts.create({ email, name: 'Bo', password: PASSWORD, invitation }, now());
  const invite = (hash: string, expires: number) =>
    invitations.create(
      {
        id: `inv_${hash}`,
        workspace: 'default',
        email: 'bo@example.com',
        role: 'viewer',
        projects: [],
        by,
        created: now(),
        expires,
        accepted: null,
        revoked: null,
      },
      hash,
    );
  expect(await make('bo@example.com', 'never sent')).toBeNull();
  await invite('over', now() - 1);
  expect(await make('bo@example.com', 'over')).toBeNull();
  expect(await store.accounts.userByEmail('bo@example.com')).toBeNull();
  await invite('stands', now() + 60_000);
  expect(await make('bo@example.com', 'stands')).toMatchObject({ email: 'bo@example.com' });
  expect(await make('eve@example.com', 'stands')).toBeNull();
  expect(await store.accounts.userByEmail('eve@example.com')).toBeNull();
});

/**
 * What a form is for, and as whom it runs the flow: a member who sees the flow runs it as himself and sees the run; anybody
 * else is a visitor of a public flow, and hears its answer and nothing more. No session is needed for that.
 */

import { type Client, Refusal } from '../transport/client.ts';

type Told = { readonly name: string; readonly description: string | null; readonly input: unknown };

export type Opened =
  | ({ readonly as: 'member' | 'visitor' } & Told)
  | { readonly as: 'unpublished'; readonly name: string }
  /** `signedIn`: nothing here for this account; else somebody who signs in may see it. */
  | { readonly as: 'nobody'; readonly signedIn: boolean };

/** What the engine refuses, as null. */
const orNull = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refusal && error.status < 500 && error.status !== 429) return null;
    throw error;
  }
};

const part = (doc: unknown, key: string): unknown =>
  typeof doc === 'object' && doc !== null ? Reflect.get(doc, key) : undefined;

export const openForm = async (client: Client, flow: string, signal: AbortSignal): Promise<Opened> => {
  const params = { id: flow };
  const me = client.transport.signedIn ? await orNull(client.call('me', {}, signal)) : 'token';
  const row = me === null ? null : await orNull(client.call('getFlow', { params }, signal));
  if (row !== null) {
    const { name, version } = row;
    if (version === null) return { as: 'unpublished', name };
    const { doc } = await client.call('getVersion', { params: { id: flow, version: String(version) } }, signal);
    const description = part(doc, 'description');
    return {
      as: 'member',
      name,
      description: typeof description === 'string' ? description : null,
      input: part(doc, 'input') ?? null,
    };
  }
  const open = await orNull(client.call('publicForm', { params }, signal));
  if (open === null) return { as: 'nobody', signedIn: me !== null };
  return { as: 'visitor', name: open.name, description: open.description, input: open.input ?? null };
};

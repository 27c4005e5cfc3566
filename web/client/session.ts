/** Who is signed in here, by the session cookie. */
import { signal } from '@preact/signals';
import { dropAllPlaces, placesBelongTo } from '../place/place.ts';
import { ask, send } from './client.ts';
import { asProblem, problem, problemOf } from './problem.ts';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'fan' | 'operator';
}

/** Undefined until it is known; null when nobody is signed in. */
export const user = signal<User | null | undefined>(undefined);

/** Asks who is signed in. Without an answer, the page goes on as if nobody were known yet. */
export async function loadUser(): Promise<void> {
  try {
    const response = await send('/api/auth/get-session', {});
    if (!response.ok) throw await problemOf(response);
    const body = (await response.json()) as { user?: User } | null;
    if (body?.user !== undefined) placesBelongTo(body.user.id);
    user.value = body?.user ?? null;
  } catch (error) {
    if (asProblem(error).code === 'UNAUTHENTICATED') user.value = null;
  }
}

/** Rejects with a problem; its field `reason` is NO_COOKIES where the browser does not keep who was let in. */
export async function signUp(body: { email: string; password: string; name: string }): Promise<void> {
  await ask('signUp', { body });
  await recognised();
}

/** The same. */
export async function signIn(body: { email: string; password: string }): Promise<void> {
  await ask('signIn', { body });
  await recognised();
}

async function recognised(): Promise<void> {
  await loadUser();
  if (user.peek() === null) throw problem({ code: 'UNAUTHENTICATED', fields: { reason: 'NO_COOKIES' } });
}

/** Ends this session, or with `everywhere` all sessions of the account. */
export async function signOut({ everywhere = false } = {}): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const paths = everywhere ? ['revoke-other-sessions', 'sign-out'] : ['sign-out'];
  for (const path of paths) {
    const response = await send(`/api/auth/${path}`, { method: 'POST', headers, body: '{}' });
    if (!response.ok && response.status !== 401) throw await problemOf(response);
  }
  dropAllPlaces();
  user.value = null;
}

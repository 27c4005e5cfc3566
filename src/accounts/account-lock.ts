/**
 * Who may have a session: whoever's password is the account's when the session is written, not when it was looked at.
 * A password takes 85 ms to verify, and meanwhile it can be changed or the account taken over by a start.
 *
 * The rule: sessions of an account are made, and all of them ended, only by who has locked its row on condition that
 * its password is still the one this request has verified (or made). PostgreSQL waits for who changes it meanwhile and
 * then looks at the row again, so a session is either there before the change and ended by it, or not made at all.
 */
import type { BetterAuthPlugin, DBAdapter, DBTransactionAdapter, Where } from 'better-auth';
import { APIError, createAuthMiddleware, isAPIError } from 'better-auth/api';
import type { Database } from '../platform/database.ts';

export interface AccountLockOptions {
  readonly database: Database;
  /** The hashes that the request under way has verified a password by, or made of one. */
  known(): readonly string[];
  /** All sessions of this user were ended by the request under way, but for the one it goes on with. */
  signedOutEverywhere(userId: string): void;
}

export function accountLock(options: AccountLockOptions): BetterAuthPlugin {
  return {
    id: 'account-lock',
    init: ({ adapter }) => ({ context: { adapter: locking(adapter, options.known) } }),
    hooks: {
      after: [{ matcher: ({ path }) => path !== undefined && ends_others.has(path), handler: afterwards(options) }],
    },
  };
}

const ends_others = new Set(['/revoke-other-sessions', '/change-password']);

function afterwards({ database, signedOutEverywhere }: AccountLockOptions) {
  return createAuthMiddleware(async ({ path, body, context: { session, returned } }) => {
    if (session === null || isAPIError(returned)) return;
    const { userId, token } = session.session;
    if (path === '/revoke-other-sessions') {
      // The library ends those that it finds, and it finds a hundred.
      await database.sql`delete from sessions where user_id = ${userId} and token <> ${token}`;
    } else if ((body as { revokeOtherSessions?: boolean }).revokeOtherSessions !== true) return;
    signedOutEverywhere(userId);
  });
}

/** better-auth makes a session in a statement of its own when somebody signs in: here it gets a transaction. */
function locking(adapter: DBAdapter, known: () => readonly string[]): DBAdapter {
  return {
    ...adapter,
    create: (given) =>
      given.model === 'session' && known().length > 0
        ? adapter.transaction((tx) => lockingIn(tx, known, signInRefused).create(given))
        : adapter.create(given),
    transaction: (work) => adapter.transaction((tx) => work(lockingIn(tx, known, changeRefused))),
  };
}

function lockingIn(
  tx: DBTransactionAdapter,
  known: () => readonly string[],
  refusal: () => APIError,
): DBTransactionAdapter {
  const stillKnown = (): Where => ({ field: 'password', operator: 'in', value: [...known()] });
  /** An update that changes nothing: the library knows no other way to lock a row. */
  const lock = async (userId: unknown): Promise<void> => {
    if (typeof userId !== 'string') throw new Error('sessions are written for one user at a time');
    const where: Where[] = [
      { field: 'userId', value: userId },
      { field: 'providerId', value: 'credential' },
      stillKnown(),
    ];
    if ((await tx.updateMany({ model: 'account', where, update: { userId } })) === 0) throw refusal();
  };
  return {
    ...tx,
    create: async (given) => {
      if (given.model === 'session' && known().length > 0) await lock(given.data['userId']);
      return tx.create(given);
    },
    deleteMany: async (given) => {
      // Before it looks which there are: one that is made after that look would be missed.
      if (given.model === 'session') await lock(given.where.find(({ field }) => field === 'userId')?.value);
      return tx.deleteMany(given);
    },
    update: async (given) => {
      if (given.model !== 'account' || !('password' in given.update)) return tx.update(given);
      const updated = await tx.update<never>({ ...given, where: [...given.where, stillKnown()] });
      if (updated === null) throw refusal();
      return updated;
    },
  };
}

/** What a wrong password is told, which it is by now. */
function signInRefused(): APIError {
  return new APIError('UNAUTHORIZED', { code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' });
}

function changeRefused(): APIError {
  return new APIError('BAD_REQUEST', { code: 'INVALID_PASSWORD', message: 'Invalid password' });
}

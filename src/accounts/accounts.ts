/**
 * Who is asking. A person is an account of ours (better-auth: a session as bearer token or cookie) or a user of the
 * operator's own identity provider (a signed token). Everybody is a fan but the operators, whose accounts are ours.
 */
import type { Database } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import type { LaneMetrics } from '../platform/lane.ts';
import type { Duty } from '../platform/ticker.ts';
import { refuse } from '../refusals.ts';
import { createAuth, sessionSecret, type Log } from './better-auth.ts';
import { createCounter, type Counter } from './counter.ts';
import { ensureOperator, findUsers, sweepSessions, usersOf, type UserName } from './directory.ts';
import { createIdentification } from './identification.ts';
import { createOriginCheck, type Asking } from './origin.ts';
import { createOutsideIdentity } from './outside-identity.ts';
import { createSessionAnswers } from './session-answers.ts';
import { createSessions } from './sessions.ts';

export type { UserName } from './directory.ts';

export interface Identity {
  /** Opaque. Users of an outside provider start with `jwt:` or `oidc:`, accounts of ours with neither. */
  readonly userId: string;
  readonly name: string | null;
  readonly role: 'fan' | 'operator';
  /** A service of the operator's asks in the user's name, and may fill the wallet. */
  readonly mayCharge?: boolean;
}

export interface Accounts {
  /**
   * Who is asking, by `Authorization: Bearer` if there is one, else by the session cookie. At once if that is known
   * or can be verified here, else after one question to the database or the identity provider.
   * Throws or rejects with UNAUTHENTICATED, with FORBIDDEN if another site's page acts by the cookie, and with
   * `OverloadedError` if there is nobody to ask.
   */
  identify(request: Asking): Identity | Promise<Identity>;
  /**
   * Whether the session that a request came by has not ended, asked of the database at this moment and not of memory. True
   * where it came by a token of an outside provider, which nobody can end.
   */
  isSignedInStill(request: Pick<Asking, 'headers'>): Promise<boolean>;
  /** Whether who asks is known to be somebody, without asking anybody: remembered, or by a token verified here. */
  recognises(headers: Asking['headers']): boolean;
  /** The same, and FORBIDDEN unless it is an operator. */
  requireOperator(request: Asking): Promise<Identity>;
  /**
   * Makes the account or takes it over: role operator, this password. If the password changed, its sessions end.
   * With `alone`, everybody else who was an operator is a fan from now on, which is logged with their addresses.
   */
  ensureOperator(email: string, password: string, options?: { name?: string; alone?: boolean }): Promise<void>;
  /**
   * `handle` is called when all sessions of a user were ended here, but for the one that asked for it: by a change of
   * the password that says so, by signing out everywhere, by a start that takes the account over. After the commit
   * and before the answer; if it fails, that is logged and is what is answered.
   */
  onSignedOutEverywhere(handle: (userId: string) => Promise<void>): void;
  /** Accounts by id; those of an outside provider are not known by name and are left out. */
  usersOf(userIds: readonly string[]): Promise<ReadonlyMap<string, UserName>>;
  /** Accounts whose name or address contains `text`, or whose id it is; at most `limit` (50). */
  findUsers(text: string, limit?: number): Promise<readonly UserName[]>;
  readonly duties: readonly Duty[];
  /** What tells apart whoever `identify` finds by these headers, however it is written there. Nothing is verified. */
  credentialIn(headers: Asking['headers']): string | undefined;
  /** better-auth, and what is answered without it, for this room's routes. */
  readonly counter: Counter;
}

export interface AccountsOptions {
  readonly database: Database;
  /** By which other servers hear who signed out everywhere; without it they remember sessions for two seconds. */
  readonly feed?: Pick<Feed, 'warn' | 'subscribe' | 'onGap'>;
  readonly config: {
    readonly authSecret: string;
    readonly publicUrl: string;
    readonly identityJwtSecret: string | undefined;
    readonly identityJwks: { readonly url: string; readonly issuer: string; readonly audience: string } | undefined;
    readonly laneBatchMax?: number | undefined;
  };
  readonly log: Log;
  readonly metrics?: LaneMetrics;
}

const sweep_ms = 10 * 60_000;

export async function createAccounts({ database, feed, config, log, metrics }: AccountsOptions): Promise<Accounts> {
  const secret = sessionSecret(config.authSecret);
  const { publicUrl, laneBatchMax: batchMax } = config;
  const origins = createOriginCheck(publicUrl);
  const auth = await createAuth({ database, secret, publicUrl, log });
  const sessions = createSessions({ database, secret, cookieName: auth.cookieName, batchMax, metrics });
  const forget = (): void => {
    sessions.forget();
    counter.forget();
  };
  const everywhere = createSignedOutEverywhere({ feed, forget, log });
  const betterAuth = createCounter({ auth, publicUrl, origins, forget, signedOutEverywhere: everywhere.tell });
  const counter = createSessionAnswers({ database, sessions, origins, counter: betterAuth, metrics });
  const outside = createOutsideIdentity({ jwtSecret: config.identityJwtSecret, jwks: config.identityJwks, log });

  const { identify, isSignedInStill, recognises, welcome } = createIdentification({ sessions, outside, origins });

  return {
    identify,
    isSignedInStill,
    recognises,
    requireOperator: async (request) => {
      const identity = await identify(request);
      if (identity.role !== 'operator') throw refuse('FORBIDDEN');
      return identity;
    },
    ensureOperator: async (email, password, { name = 'Operator', alone = false } = {}) => {
      const { signedOut, ended } = await ensureOperator(database, { email, password, name, alone });
      forget();
      if (ended.length > 0)
        log.warn({ operators: ended }, `${email} is the only operator now: they are fans from here on`);
      if (signedOut !== undefined) await everywhere.tell(signedOut);
    },
    onSignedOutEverywhere: everywhere.follow,
    usersOf: (userIds) => usersOf(database, userIds),
    findUsers: (text, limit = 50) => findUsers(database, text, limit),
    duties: [{ name: 'sessions', everyMs: sweep_ms, run: () => sweepSessions(database) }],
    credentialIn: sessions.credentialIn,
    counter: { ...counter, enter: welcoming(counter, welcome) },
  };
}

/** Whoever was let in is nobody's stranger from the next request on. */
function welcoming({ enter }: Counter, welcome: (token: string) => void): Counter['enter'] {
  return async (path, visit) => {
    const answer = await enter(path, visit);
    const { token } = answer.body as { token?: unknown };
    if (typeof token === 'string') welcome(token);
    return answer;
  };
}

const topic = 'signed out';

interface EverywhereParts extends Pick<AccountsOptions, 'log'> {
  readonly feed: AccountsOptions['feed'] | undefined;
  readonly forget: () => void;
}

/**
 * All servers forget whom they remember before anybody acts upon it: what follows, as new tokens for old ones, must not be
 * had by the sessions that were ended. Those who follow are all told, whether others of them fail or not.
 */
function createSignedOutEverywhere({ feed, forget, log }: EverywhereParts) {
  const followers: ((userId: string) => Promise<void>)[] = [];
  feed?.subscribe(topic, forget);
  feed?.onGap(forget);
  return {
    follow: (handle: (userId: string) => Promise<void>): void => {
      followers.push(handle);
    },
    tell: async (userId: string): Promise<void> => {
      forget();
      await feed?.warn(topic, userId);
      const told = await Promise.allSettled(followers.map((handle) => handle(userId)));
      const failed = told.find((result) => result.status === 'rejected');
      if (failed === undefined) return;
      log.error({ err: failed.reason as unknown, userId }, 'signed out everywhere, but what follows from it failed');
      throw failed.reason;
    },
  };
}

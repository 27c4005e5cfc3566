/**
 * How better-auth is set up: e-mail and password, sessions as cookie or bearer token, on our tables. Log-ins through
 * other providers are an entry `socialProviders` here and a line in routes.ts (docs/decisions/002-identity.md).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { hkdfSync } from 'node:crypto';
import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { bearer } from 'better-auth/plugins';
import { codeOf, type Database } from '../platform/database.ts';
import { accountLock } from './account-lock.ts';
import { dialectOf } from './kysely.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

/** What a log of this service takes; pino's is one. */
export interface Log {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface AuthOptions {
  readonly database: Database;
  readonly secret: string;
  readonly publicUrl: string;
  readonly log: Log;
}

/** Where routes.ts tells better-auth the address of the client; a client cannot set it. */
export const addressHeader = 'x-maejin-client-address';
/** How long a session lasts, and how much of that is over when it is made that long again. */
export const session_seconds = 7 * 24 * 3600;
export const session_renew_seconds = 24 * 3600;

/** The key of session signatures: from the service's one secret, but of no use for anything else. */
export function sessionSecret(authSecret: string): string {
  return Buffer.from(hkdfSync('sha256', authSecret, '', 'maejin sessions v1', 32)).toString('hex');
}

const times = { createdAt: 'created_at', updatedAt: 'updated_at' };

/** Its tables and columns by our names: db/migrations/001_accounts.sql. */
const tables = {
  user: {
    modelName: 'users',
    fields: { emailVerified: 'email_verified', ...times },
    additionalFields: { role: { type: 'string', required: true, defaultValue: 'fan', input: false } },
  },
  session: {
    modelName: 'sessions',
    fields: { userId: 'user_id', expiresAt: 'expires_at', ipAddress: 'ip_address', userAgent: 'user_agent', ...times },
    expiresIn: session_seconds,
    updateAge: session_renew_seconds,
  },
  account: {
    modelName: 'accounts',
    fields: {
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      ...times,
    },
  },
  verification: { modelName: 'verifications', fields: { expiresAt: 'expires_at', ...times } },
} as const satisfies Partial<BetterAuthOptions>;

export interface Asked {
  readonly response: Response;
  /** Whose sessions this request ended, all but the one it goes on with. */
  readonly signedOut: string | undefined;
}

export interface Auth {
  /**
   * Takes a request to better-auth. Rejects with the database's error if a statement failed on the way, whatever
   * better-auth makes of it: it answers "signed out" when the session could not be deleted.
   */
  ask(request: Request): Promise<Asked>;
  readonly cookieName: string;
}

/** What is noted of a request while better-auth is at work on it. */
interface Note {
  failure?: unknown;
  signedOut?: string;
  /** Password hashes that it has verified a password by, or made. */
  readonly hashes: string[];
}

const notes = new AsyncLocalStorage<Note>();
const unique_violation = '23505';

export function createAuth(given: AuthOptions): Promise<Auth> {
  return openAuth(authOptions(given));
}

export async function openAuth(options: BetterAuthOptions): Promise<Auth> {
  const auth = betterAuth(options);
  const { authCookies } = await auth.$context;
  return {
    ask: async (request) => {
      const note: Note = { hashes: [] };
      const response = await notes.run(note, () => auth.handler(request));
      if (note.failure !== undefined) throw note.failure;
      return { response, signedOut: note.signedOut };
    },
    cookieName: authCookies.sessionToken.name,
  };
}

function noteFailure(error: unknown): void {
  const note = notes.getStore();
  // Two sign-ups of one address at once: better-auth knows what to say.
  if (note !== undefined && codeOf(error) !== unique_violation) note.failure ??= error;
}

const passwords = {
  hash: async (password: string): Promise<string> => {
    const hash = await hashPassword(password);
    notes.getStore()?.hashes.push(hash);
    return hash;
  },
  verify: async ({ hash, password }: { hash: string; password: string }): Promise<boolean> => {
    const isRight = await verifyPassword(hash, password);
    if (isRight) notes.getStore()?.hashes.push(hash);
    return isRight;
  },
};

export function authOptions({ database, secret, publicUrl, log }: AuthOptions): BetterAuthOptions {
  return {
    appName: 'Maejin',
    baseURL: new URL(publicUrl).origin,
    basePath: '/api/auth',
    secret,
    database: { dialect: dialectOf(database, noteFailure), type: 'postgres', transaction: true },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      password: passwords,
    },
    ...tables,
    plugins: [
      bearer(),
      accountLock({
        database,
        known: () => notes.getStore()?.hashes ?? [],
        signedOutEverywhere: (userId) => {
          const note = notes.getStore();
          if (note !== undefined) note.signedOut = userId;
        },
      }),
    ],
    trustedOrigins: [new URL(publicUrl).origin],
    // The hall counts requests; two counters would disagree.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // What is not better-auth's own refusal (the database is away, say) comes out to us.
    onAPIError: { throw: true },
    advanced: {
      cookiePrefix: 'maejin',
      useSecureCookies: publicUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [addressHeader] },
      database: { validateSchema: false },
      // origin.ts checks, for the whole house. Addresses to go on to are still checked here.
      disableCSRFCheck: true,
      disableOriginCheck: false,
    },
    logger: {
      level: 'error',
      // Only what kind of thing went wrong: its messages can carry addresses and statements.
      log: (level, message) =>
        log[level === 'error' ? 'error' : 'warn']({ from: 'better-auth' }, message.slice(0, 200)),
    },
  };
}

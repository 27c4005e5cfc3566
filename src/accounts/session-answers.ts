/**
 * What a session, or none, is answered without better-auth, whose every answer takes 3 to 5 ms of the processor: who is
 * signed in, and that an invented session may do nothing. It is asked only when there is something for it to do: to
 * renew a session (once a day), to end one, or to change a password.
 */
import type { Database } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { createShortMemory } from '../platform/short-memory.ts';
import { refuse } from '../refusals.ts';
import { session_renew_seconds, session_seconds } from './better-auth.ts';
import type { Answer, Counter, Visit } from './counter.ts';
import type { OriginCheck } from './origin.ts';
import { kept_ms_max, raw_token, type Sessions } from './sessions.ts';

/** As better-auth answers it: names, order and all. */
interface SessionAndUser {
  readonly session: {
    readonly expiresAt: Date;
    readonly token: string;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly ipAddress: string | null;
    readonly userAgent: string | null;
    readonly userId: string;
    readonly id: string;
  };
  readonly user: {
    readonly name: string;
    readonly email: string;
    readonly emailVerified: boolean;
    readonly image: string | null;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly role: string;
    readonly id: string;
  };
}

interface Found {
  readonly body: SessionAndUser;
  readonly endsInMs: number;
  /** A day of its week is over, so that better-auth would make it a week again. */
  readonly isDue: boolean;
}

export interface SessionAnswers extends Counter {
  /** Ask the database again about everybody: a session was ended here. */
  forget(): void;
}

export interface SessionAnswersOptions {
  readonly database: Database;
  readonly sessions: Pick<Sessions, 'tokenIn' | 'ofRaw'>;
  readonly origins: OriginCheck;
  readonly counter: Counter;
  readonly metrics?: LaneMetrics | undefined;
}

/** In each of two generations: half a kilobyte each. */
const kept_max = 5_000;
const batch_max = 200;
const waiting_max = 5_000;

/** Stands before better-auth's counter. */
export function createSessionAnswers(options: SessionAnswersOptions): SessionAnswers {
  const { sessions, origins, counter } = options;
  /** How better-auth tells a browser to forget its session; it has nothing to end here, so it asks nobody. */
  let signedOut: Promise<Answer> | undefined;
  const clearing = (): Promise<Answer> => {
    signedOut ??= counter.end('/sign-out', { method: 'POST', clientAddress: '', headers: {}, body: {} });
    signedOut.catch(() => {
      signedOut = undefined;
    });
    return signedOut;
  };
  const own = createOwnSession(options, clearing);
  const isLiving = async ({ headers }: Visit): Promise<boolean> => {
    const token = sessions.tokenIn(headers);
    return token !== undefined && (await sessions.ofRaw(token)) !== undefined;
  };
  return {
    ask: (_path, visit) => own.of(visit),
    enter: counter.enter,
    end: async (path, visit) => {
      origins.acting(visit);
      if (await isLiving(visit)) return counter.end(path, visit);
      if (path === '/sign-out') return clearing();
      // In better-auth's words.
      throw refuse('UNAUTHENTICATED', { reason: 'UNAUTHORIZED' });
    },
    forget: own.forget,
  };
}

function createOwnSession(
  { database, sessions, counter, metrics }: SessionAnswersOptions,
  clearing: () => Promise<Answer>,
): { of(visit: Visit): Promise<Answer>; forget(): void } {
  const memory = createShortMemory<Found>({ keptMs: kept_ms_max, keptMax: kept_max });
  const renewing = new Set<string>();
  const lane = createLane<string, Found | undefined>({
    name: 'session',
    batchMax: batch_max,
    pendingMax: waiting_max,
    metrics,
    run: async (tokens) => {
      const remember = memory.asking();
      const found = await findSessions(database, tokens);
      for (const [token, one] of found) remember(token, one, one.endsInMs);
      return tokens.map((token) => found.get(token));
    },
  });
  const renew = async (token: string, visit: Visit): Promise<Answer> => {
    renewing.add(token);
    try {
      return await counter.ask('/get-session', visit);
    } finally {
      renewing.delete(token);
      memory.forget(token);
    }
  };
  return {
    of: async (visit) => {
      const token = sessions.tokenIn(visit.headers);
      if (token === undefined) return { body: null, headers: [] };
      const found = memory.get(token) ?? (raw_token.test(token) ? await lane.submit(token) : undefined);
      if (found === undefined) return { body: null, headers: (await clearing()).headers };
      // Of many who ask at once, one has it renewed.
      if (found.isDue && !renewing.has(token)) return renew(token, visit);
      return { body: found.body, headers: [] };
    },
    forget: () => memory.forget(),
  };
}

interface Row {
  readonly token: string;
  readonly id: string;
  readonly userId: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly image: string | null;
  readonly userCreatedAt: Date;
  readonly userUpdatedAt: Date;
  readonly role: string;
  readonly endsInMs: number;
  readonly isDue: boolean;
}

/** One query for all. The database's clock says which have ended, and which are to be renewed. */
async function findSessions({ sql }: Database, tokens: readonly string[]): Promise<Map<string, Found>> {
  const rows = await sql<Row[]>`
    select s.token, s.id, s.user_id as "userId", s.expires_at as "expiresAt", s.created_at as "createdAt",
      s.updated_at as "updatedAt", s.ip_address as "ipAddress", s.user_agent as "userAgent", u.name, u.email,
      u.email_verified as "emailVerified", u.image, u.created_at as "userCreatedAt", u.updated_at as "userUpdatedAt", u.role,
      (extract(epoch from s.expires_at - now()) * 1000)::float8 as "endsInMs",
      s.expires_at <= now() + make_interval(secs => ${session_seconds - session_renew_seconds}) as "isDue"
    from sessions s join users u on u.id = s.user_id
    where s.token = any(${[...new Set(tokens)]}::text[]) and s.expires_at > now()`;
  return new Map(rows.map((row) => [row.token, foundIn(row)]));
}

function foundIn(row: Row): Found {
  const { token, id, userId, expiresAt, createdAt, updatedAt, ipAddress, userAgent, endsInMs, isDue } = row;
  const { name, email, emailVerified, image, userCreatedAt, userUpdatedAt, role } = row;
  const session = { expiresAt, token, createdAt, updatedAt, ipAddress, userAgent, userId, id };
  const times = { createdAt: userCreatedAt, updatedAt: userUpdatedAt };
  return {
    body: { session, user: { name, email, emailVerified, image, ...times, role, id: userId } },
    endsInMs,
    isDue,
  };
}

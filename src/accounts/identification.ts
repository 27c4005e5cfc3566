/** How a request says who asks: by an access token of ours or of an outside provider, else by the session cookie. */
import { createShortMemory } from '../platform/short-memory.ts';
import { refuse } from '../refusals.ts';
import type { Accounts, Identity } from './accounts.ts';
import type { Asking, OriginCheck } from './origin.ts';
import type { OutsideIdentity } from './outside-identity.ts';
import { type Sessions, bearer } from './sessions.ts';

interface Identifying {
  readonly sessions: Sessions;
  readonly outside: OutsideIdentity;
  readonly origins: OriginCheck;
}

type Found = Identity | undefined | Promise<Identity | undefined>;

interface Identification extends Pick<Accounts, 'identify' | 'isSignedInStill' | 'recognises'> {
  /** Somebody has just been let in, and comes back with this token: it is recognised, and nothing else. */
  welcome(token: string): void;
}

const welcomed_ms = 30_000;
const welcomed_max = 10_000;

/** See `Accounts`. */
export function createIdentification({ sessions, outside, origins }: Identifying): Identification {
  const ofBearer = (token: string): Found => (isJwt(token) ? outside.ofToken(token) : sessions.ofToken(token));
  const ofCookie = (cookie: string, request: Asking): Found => {
    origins.acting(request);
    return sessions.ofCookie(cookie);
  };
  const lookUp = (request: Asking): Found => {
    const { authorization, cookie } = request.headers;
    if (authorization === undefined) return cookie === undefined ? undefined : ofCookie(cookie, request);
    const token = bearer.exec(authorization)?.[1];
    return token === undefined ? undefined : ofBearer(token);
  };
  const welcomed = createShortMemory<true>({ keptMs: welcomed_ms, keptMax: welcomed_max });
  /** Whom a request that changes something was found to be from: asked before its body is read, and by its handler. */
  const found = new WeakMap<Asking, Identity>();
  return {
    identify: (request) => {
      const before = request.method === 'GET' ? undefined : found.get(request);
      if (before !== undefined) return before;
      const remember = (identity: Identity | undefined): Identity => {
        const somebody = known(identity);
        if (request.method !== 'GET') found.set(request, somebody);
        return somebody;
      };
      const answer = lookUp(request);
      return answer instanceof Promise ? answer.then(remember) : remember(answer);
    },
    isSignedInStill: async ({ headers }) => {
      if (outsideTokenIn(headers) !== undefined) return true;
      const token = sessions.tokenIn(headers);
      return token !== undefined && sessions.lives(token);
    },
    recognises: (headers) => {
      const jwt = outsideTokenIn(headers);
      if (jwt !== undefined) {
        const somebody = outside.ofToken(jwt);
        return somebody !== undefined && !(somebody instanceof Promise);
      }
      const token = sessions.tokenIn(headers);
      return token !== undefined && (sessions.knows(token) || welcomed.get(token) === true);
    },
    welcome: (token) => welcomed.asking()(token, true),
  };
}

function outsideTokenIn({ authorization }: Asking['headers']): string | undefined {
  const token = authorization === undefined ? undefined : bearer.exec(authorization)?.[1];
  return token !== undefined && isJwt(token) ? token : undefined;
}

function known(identity: Identity | undefined): Identity {
  if (identity === undefined) throw refuse('UNAUTHENTICATED');
  return identity;
}

/** Three parts; a session token has one, or two when it is signed. */
function isJwt(token: string): boolean {
  const first = token.indexOf('.');
  return first > 0 && token.includes('.', first + 1);
}

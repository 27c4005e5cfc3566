/** Whom a request is counted for, found out once for each, before anything is done about it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf, plainAddress, type ClientAddresses } from '../platform/client-address.ts';
import { shownIn, type Asker } from './limits.ts';

/** What the rooms know of a request by looking at it. Neither may throw or wait. */
export interface Signs {
  /** The place in line that a request shows, if this service gave it. */
  passOf(headers: IncomingHttpHeaders): { readonly concertId: string } | undefined;
  /** Whether the access token or session that a request shows is known to be good, by looking at it. */
  recognises(headers: IncomingHttpHeaders): boolean;
  /** The name of the cookie that a session is known by. */
  readonly sessionCookie: string;
}

/** Who is at the other end of a connection, as the kernel knows. */
export interface Peer {
  readonly network: string;
  /** Speaks for others: what it sends next may be anybody's. */
  readonly isProxy: boolean;
}

export interface Askers {
  peerOf(socket: Socket): Peer;
  of(request: IncomingMessage): Asker;
  /** See `Signs`. */
  recognises(headers: IncomingHttpHeaders): boolean;
}

const asker = Symbol('asker');
const peer = Symbol('peer');
type KnownSocket = Socket & { [peer]?: Peer };
type KnownRequest = IncomingMessage & { [asker]?: Asker };

export function createAskers(addresses: ClientAddresses, { passOf, recognises, sessionCookie }: Signs): Askers {
  const peerOf = (socket: KnownSocket): Peer => {
    const address = plainAddress(socket.remoteAddress ?? '') ?? '';
    return (socket[peer] ??= { network: networkOf(address), isProxy: addresses.isProxy(address) });
  };
  const look = (request: IncomingMessage): Asker => {
    const { network, isProxy } = peerOf(request.socket);
    const isVerified = passOf(request.headers) !== undefined;
    return {
      network: isProxy ? networkOf(addresses.of(request)) : network,
      shown: shownIn(request.headers, { isPass: isVerified, sessionCookie }),
      isVerified,
      isForged: !isVerified && request.headers['queue-token'] !== undefined,
    };
  };
  return {
    peerOf: (socket: KnownSocket) => socket[peer] ?? peerOf(socket),
    of: (request: KnownRequest) => (request[asker] ??= look(request)),
    recognises,
  };
}

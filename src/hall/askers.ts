/** Whom a request is counted for, found out once for each, before anything is done about it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf, plainAddress, type ClientAddresses } from '../platform/client-address.ts';
import { hashOf, type Asker } from './limits.ts';

/** What the rooms know of a request by looking at it. Neither may throw or wait. */
export interface Signs {
  /** The place in line that a request shows, if this service gave it. */
  passOf(headers: IncomingHttpHeaders): { readonly concertId: string } | undefined;
  /** Whether the access token or session that a request shows is known to be good, by looking at it. */
  recognises(headers: IncomingHttpHeaders): boolean;
  /** What tells apart those whom the access token or session of a request stands for, however it is written. */
  credentialIn(headers: IncomingHttpHeaders): string | undefined;
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

export function createAskers(addresses: ClientAddresses, { passOf, recognises, credentialIn }: Signs): Askers {
  const peerOf = (socket: KnownSocket): Peer => {
    const address = plainAddress(socket.remoteAddress ?? '') ?? '';
    return (socket[peer] ??= { network: networkOf(address), isProxy: addresses.isProxy(address) });
  };
  const look = (request: IncomingMessage): Asker => {
    const { network, isProxy } = peerOf(request.socket);
    const { headers } = request;
    const isVerified = passOf(headers) !== undefined;
    const shown = isVerified ? headers['queue-token'] : credentialIn(headers);
    return {
      network: isProxy ? networkOf(addresses.of(request)) : network,
      shown: typeof shown === 'string' ? hashOf(shown) : undefined,
      isVerified,
      isForged: !isVerified && headers['queue-token'] !== undefined,
    };
  };
  return {
    peerOf: (socket: KnownSocket) => socket[peer] ?? peerOf(socket),
    of: (request: KnownRequest) => (request[asker] ??= look(request)),
    recognises,
  };
}

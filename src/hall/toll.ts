/** What the limits mean for connections and requests: who is refused, who is not read for a while, who is let go. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { holdBack } from '../platform/http-connections.ts';
import { refuse, type Refusal } from '../refusals.ts';
import type { Askers } from './askers.ts';
import type { Cost } from './costs.ts';
import type { Asker, Limits } from './limits.ts';

export interface Toll {
  /** A connection was accepted: counts it. It may be closed; whose it is shows with its first request. */
  connected(socket: Socket): void;
  /** The refusal of a request whose asker has nothing left, whatever it would cost. */
  usedUp(request: IncomingMessage, response: ServerResponse): Refusal | undefined;
  /** Charges a request; the refusal that it has earned. */
  charge(request: IncomingMessage, response: ServerResponse, cost: Cost): Refusal | undefined;
  /** Counts what was sent and not answered, as many refusals. Whether the address may still be told anything. */
  wasted(socket: Socket, requests: number): boolean;
}

/** Two for each of 5,000 fans behind one address. */
const connections_per_network_max = 10_000;
/** A connection past its allowance is read again after this, be the allowance back or not. */
const held_ms_max = 5_000;

/** `limits` undefined: nothing is counted. */
export function createToll(askers: Askers, limits: Limits | undefined): Toll {
  if (limits === undefined) {
    return { connected: () => undefined, usedUp: () => undefined, charge: () => undefined, wasted: () => true };
  }
  const connections = new Map<string, number>();
  const leave = (network: string): void => {
    const left = (connections.get(network) ?? 1) - 1;
    if (left > 0) connections.set(network, left);
    else connections.delete(network);
  };
  /** A proxy's connection goes on: what it sends next may be anybody's. */
  const hold = (socket: Socket, ms: number, response?: ServerResponse): void => {
    if (!askers.peerOf(socket).isProxy) holdBack(socket, Math.min(ms, held_ms_max), response);
  };
  const refusal = (wait: number, { socket }: IncomingMessage, response: ServerResponse): Refusal | undefined => {
    if (wait === 0) return undefined;
    hold(socket, wait, response);
    return refuse('RATE_LIMITED', { retryAfterSeconds: Math.ceil(wait / 1_000) });
  };
  /** Where strangers have used up most of what there is, it is worth a look who is none. */
  const introduce = (asker: Asker, { headers }: IncomingMessage): void => {
    if (limits.isScarce(asker.network) && limits.isNew(asker) && askers.recognises(headers)) limits.introduced(asker);
  };
  return {
    connected: (socket) => {
      const { network, isProxy } = askers.peerOf(socket);
      if (isProxy) return;
      const own = (connections.get(network) ?? 0) + 1;
      limits.connected(network);
      if (own > connections_per_network_max) {
        socket.destroy();
        return;
      }
      connections.set(network, own);
      socket.on('close', () => leave(network));
    },
    usedUp: (request, response) => {
      const asker = askers.of(request);
      introduce(asker, request);
      return refusal(limits.usedUp(asker), request, response);
    },
    charge: (request, response, cost) => {
      const asker = askers.of(request);
      introduce(asker, request);
      const refused = refusal(limits.charge(asker, cost), request, response);
      // What is shown for the first time gets an allowance of its own once it was accepted.
      if (refused === undefined && cost.proves === true && limits.isNew(asker)) {
        response.once('finish', () => {
          if (response.statusCode < 400) limits.accepted(asker, cost);
        });
      }
      return refused;
    },
    wasted: (socket, requests) => {
      const { network, isProxy } = askers.peerOf(socket);
      return isProxy || limits.wasted(network, requests);
    },
  };
}

/**
 * Whose address a request comes from. Proxies that are trusted say so in `X-Forwarded-For`, in several dialects: with a
 * port (Azure, IIS), in brackets, as `unknown`. Everywhere an address is counted or handed on, it comes from here.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';

export interface ClientAddresses {
  /** The address of the client, without a port; of the nearest hop that is known where its proxy names none. */
  of(request: Pick<IncomingMessage, 'headers' | 'socket'>): string;
  /** Whether the peer speaks for others. */
  isProxy(peer: string): boolean;
}

/** `trusted` are addresses, ranges (10.0.0.0/8) and `loopback`, `linklocal`, `uniquelocal`. */
export function createClientAddresses(trusted: readonly string[]): ClientAddresses {
  const trusts = trusted.length === 0 ? undefined : proxyAddr.compile([...trusted]);
  const isProxy = (peer: string): boolean => trusts !== undefined && isIP(peer) !== 0 && trusts(peer, 0);
  return {
    isProxy,
    of: ({ headers, socket }) => {
      let nearest = plainAddress(socket.remoteAddress ?? '') ?? '';
      if (!isProxy(nearest)) return nearest;
      const forwarded = headers['x-forwarded-for'];
      // From us outwards, for as long as those who speak are trusted: what lies beyond anybody may have written.
      for (const hop of typeof forwarded === 'string' ? fromTheEnd(forwarded) : []) {
        const address = plainAddress(hop);
        if (address === undefined) return nearest;
        nearest = address;
        if (!isProxy(address)) return address;
      }
      return nearest;
    },
  };
}

/** The entries of a list, last first; a list of thousands costs nothing beyond what is asked for. */
function* fromTheEnd(list: string): Generator<string> {
  for (let end = list.length; end >= 0;) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1);
    yield list.slice(comma + 1, end).trim();
    end = comma;
  }
}

const bracketed = /^\[([^\]]*)\](?::\d*)?$/;
const with_port = /^([\d.]+):\d*$/;

/** The address alone: no port, brackets or zone; one of IPv4 in its own form. Undefined if it is none. */
export function plainAddress(text: string): string | undefined {
  if (isIP(text) === 4) return text;
  const bare = bracketed.exec(text)?.[1] ?? with_port.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, '');
  const family = isIP(address);
  if (family === 0) return undefined;
  return family === 6 ? plainSixth(address) : address;
}

function plainSixth(address: string): string {
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : address.toLowerCase();
}

/** The eight groups of an IPv6 address that is one. */
function groupsOf(address: string): number[] {
  const hexadecimal = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_dotted, ...parts: string[]) =>
      `${(Number(parts[0]) * 256 + Number(parts[1])).toString(16)}:${(Number(parts[2]) * 256 + Number(parts[3])).toString(16)}`,
  );
  const [before = '', after] = hexadecimal.split('::');
  const [first, last] = [readGroups(before), readGroups(after ?? '')];
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

function readGroups(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => parseInt(group, 16));
}

/** Whom a limit counts: an address of IPv4, or the /64 that a household or a machine is given of IPv6. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  return groupsOf(address)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':');
}

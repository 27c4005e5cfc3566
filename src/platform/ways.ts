/** The ways to the database that an address names, and which of them is tried next. */
import { type DatabaseAddress, type Host, readDatabaseAddress } from './database-address.ts';
import { codeOf } from './failures.ts';
import type { TlsMode } from './tls.ts';

/** One way to the database: which host, and how secured. */
export interface Way {
  readonly host: Host;
  readonly tls: TlsMode;
}

/** By address: which of its ways worked when last tried. What the pool found out, the listener need not. */
const likely = new Map<string, Way>();
const addresses = new Map<string, { readonly address: DatabaseAddress; readonly ways: readonly Way[] }>();

export function waysOf(url: string): { readonly address: DatabaseAddress; readonly ways: readonly Way[] } {
  let found = addresses.get(url);
  if (found === undefined) {
    const address = readDatabaseAddress(url);
    const ways = address.hosts.flatMap((host) =>
      // Nothing but this machine reads what goes through a socket folder.
      (host.host.startsWith('/') ? (['none'] as const) : address.tls).map((tls) => ({ host, tls })),
    );
    found = { address, ways };
    addresses.set(url, found);
  }
  return found;
}

export function likelyWay(url: string): Way {
  const { ways } = waysOf(url);
  const way = likely.get(url) ?? ways[0];
  if (way === undefined) throw new Error('an address has at least one host');
  return way;
}

/** What says no to whoever asks, however they come. */
const final = new Set(['28P01', '3D000']);
/**
 * Whether asking the same host with TLS, or without, may help: it does not speak it, speaks it badly, or lets people in by
 * one of the two only. Else the host is away or the wrong one, and no way to it is given up for good.
 */
function isOfTheWay(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return code === '28000' || (error instanceof Error && /ssl|tls|certificate/i.test(`${code} ${error.message}`));
}

/** Another way from now on, unless another connection has found out already that this one does not work. */
export function passOver(url: string, way: Way, error: unknown): void {
  if (likelyWay(url) !== way || final.has(codeOf(error) ?? '')) return;
  const { ways } = waysOf(url);
  const later = [...ways.slice(ways.indexOf(way) + 1), ...ways];
  const next = later.find(({ host }) => isOfTheWay(error) || host !== way.host);
  if (next !== undefined) likely.set(url, next);
}

/** It works: the next connection takes it too. */
export function prove(url: string, way: Way): void {
  likely.set(url, way);
}

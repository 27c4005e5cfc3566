/** What is told when a gateway does not say how an order ended: once, since it is asked again and the console shows since when. */
import type { MethodId } from '../gateway/gateway.ts';
import type { Happening, Log } from './confirming.ts';

export interface Telling {
  readonly log: Log;
  readonly metrics: { orders(what: Happening, count: number): void };
}

interface Unclear {
  readonly id: string;
  readonly method: MethodId;
}

/** `rows`: what was written down of it, and whether that was news. `error`: why nobody knows. */
export function tellUnclear(
  { log, metrics }: Telling,
  { id, method }: Unclear,
  rows: readonly { readonly isNew: boolean }[],
  error: unknown,
): void {
  if (!rows.some(({ isNew }) => isNew)) return;
  metrics.orders('unclear', 1);
  const because = error instanceof Error ? error.message : String(error);
  log.warn({ order: id, method, because }, 'a gateway does not say how an order ended, and is asked again');
}

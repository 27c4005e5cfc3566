/** Where the fan is. */
import { useRef } from 'preact/hooks';
import { createRouter } from '../client/router.ts';

/** Pages outside of this app, which the server must be asked for; that of a checkout too, for the policy that it is under. */
const outside = /^\/(docs|console|problems|api|assets|sandbox|wallet\/checkout|concerts\/[a-z0-9]{10}\/wait)(\/|$|\?)/;
/** A script that is not ours may run in this document, so no other page does. */
const isCheckout = location.pathname.startsWith('/wallet/checkout/');

export const { place, go, start: startRouter } = createRouter((to) => !isCheckout && !outside.test(to));

/**
 * The query of the page at `path`, for that page. On the way to the next one the address is that one's already, and says
 * nothing about this.
 */
export function useQueryAt(path: string): URLSearchParams {
  const kept = useRef('');
  const [now, search = ''] = place.value.split('?');
  if (now === path) kept.current = search;
  return new URLSearchParams(kept.current);
}

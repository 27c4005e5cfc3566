/** Where the fan is. Links are ordinary links; those to pages of this app are followed without loading it again. */
import { signal } from '@preact/signals';

/** Path and query. */
export const place = signal(location.pathname + location.search);

/** Pages outside of this app, which the server must be asked for. */
const outside = /^\/(docs|console|problems|api|assets|concerts\/[a-z0-9]{10}\/wait)(\/|$|\?)/;

export function go(to: string, { replace = false } = {}): void {
  if (outside.test(to)) {
    if (replace) location.replace(to);
    else location.assign(to);
    return;
  }
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  scrollTo(0, 0);
  place.value = location.pathname + location.search;
}

/** A click that only follows: no new tab, no download, no menu. */
function isPlain(event: MouseEvent): boolean {
  const withKey = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return !event.defaultPrevented && event.button === 0 && !withKey;
}

function linkOf(event: MouseEvent): HTMLAnchorElement | undefined {
  const link = isPlain(event) ? (event.target as Element | null)?.closest('a') : undefined;
  if (!link || link.target !== '' || link.origin !== location.origin) return undefined;
  return link.hasAttribute('download') ? undefined : link;
}

/** Follows links and the browser's back and forward. Call it once. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    place.value = location.pathname + location.search;
  });
  document.addEventListener('click', (event) => {
    const link = linkOf(event);
    if (link === undefined || link.hash !== '') return;
    const to = link.pathname + link.search;
    if (outside.test(to)) return;
    event.preventDefault();
    go(to);
  });
}
